import { cloudScenarios } from './cloud.ts';
import { forgeScenarios } from './forge.ts';
import { rootScenarios } from './root.ts';
import type { Scenario } from './scenario.ts';

/** Every scenario, in the order in which the documentation lists them. */
export const scenarios: readonly Scenario[] = [...rootScenarios, ...cloudScenarios, ...forgeScenarios];
