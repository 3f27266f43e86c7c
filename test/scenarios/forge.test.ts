import { expectSnapshots } from './expect-snapshots.ts';
import { forgeScenarios } from './forge.ts';
import { forgeApplyScenarios } from './forge-apply.ts';
import { forgeDeleteScenarios } from './forge-delete.ts';
import { forgeListScenarios } from './forge-list.ts';
import { forgeRestartScenarios } from './forge-restart.ts';

expectSnapshots([
  ...forgeScenarios,
  ...forgeListScenarios,
  ...forgeDeleteScenarios,
  ...forgeApplyScenarios,
  ...forgeRestartScenarios,
]);
