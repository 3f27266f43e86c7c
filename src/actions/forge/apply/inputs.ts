import type { ForgeDeclaration } from '../../../forge/spec.ts';
import { forgeManifest } from '../../../manifest/forge-manifest.ts';
import type { Step } from '../../../runner/step.ts';
import { type Connection, readConnection } from '../../shared/connection.ts';
import { type PlanInputs, readPlanInputs } from '../../shared/plan-inputs.ts';
import { forge } from '../shared/service.ts';
import { readOrganization } from '../shared/target-inputs.ts';

export interface ForgeApplyInputs extends PlanInputs<ForgeDeclaration> {
  readonly connection: Connection;
  readonly organization: string;
  /** Milliseconds until what was created or replaced must be up; with 0 that is not waited for. */
  readonly wait: number;
}

/** Reads all inputs, and leaves what is wrong with them to be judged: a comment tells that, too. */
export function readForgeApplyInputs(step: Step): ForgeApplyInputs {
  const { inputs } = step;
  return {
    connection: readConnection(step, forge),
    organization: readOrganization(inputs),
    ...readPlanInputs(step, forgeManifest),
    wait: inputs.seconds('wait-timeout', { min: 0, max: 86_400 }, 300),
  };
}
