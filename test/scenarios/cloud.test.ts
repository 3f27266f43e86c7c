import { applyScenarios } from './apply.ts';
import { deleteScenarios } from './delete.ts';
import { expectSnapshots } from './expect-snapshots.ts';
import { listScenarios } from './list.ts';

expectSnapshots([...listScenarios, ...deleteScenarios, ...applyScenarios]);
