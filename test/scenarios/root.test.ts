import { expectSnapshots } from './expect-snapshots.ts';
import { rootScenarios } from './root.ts';
import { targetScenarios } from './target.ts';

expectSnapshots([...rootScenarios, ...targetScenarios]);
