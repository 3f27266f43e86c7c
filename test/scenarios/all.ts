import { applyScenarios } from './apply.ts';
import { deleteScenarios } from './delete.ts';
import { forgeDeleteScenarios, forgeListScenarios, forgeRestartScenarios, forgeScenarios } from './forge.ts';
import { forgeApplyScenarios } from './forge-apply.ts';
import { listScenarios } from './list.ts';
import { rootScenarios } from './root.ts';
import type { Scenario } from './scenario.ts';
import { targetScenarios } from './target.ts';

/** Every scenario, in the order in which the documentation lists them. */
export const scenarios: readonly Scenario[] = [
  ...rootScenarios,
  ...targetScenarios,
  ...listScenarios,
  ...deleteScenarios,
  ...applyScenarios,
  ...forgeScenarios,
  ...forgeListScenarios,
  ...forgeDeleteScenarios,
  ...forgeApplyScenarios,
  ...forgeRestartScenarios,
];
