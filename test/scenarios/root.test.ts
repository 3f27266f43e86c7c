import { scenarios } from './all.ts';
import { expectSnapshots } from './expect-snapshots.ts';

expectSnapshots(scenarios.filter(({ action }) => action === '.'));
