import { cloudManifest } from '../../cloud/manifest.ts';
import { cloud } from '../../cloud/service.ts';
import type { ProcessSpec } from '../../cloud/spec.ts';
import type { Step } from '../../runner/step.ts';
import { type GoingLive, readGoingLive } from '../rollout.ts';
import { type Connection, readConnection } from './connection.ts';
import { type PlanInputs, readPlanInputs } from './plan.ts';

export interface ApplyInputs extends PlanInputs<ProcessSpec> {
  readonly connection: Connection;
  readonly application: string | undefined;
  readonly environment: string;
  /** Milliseconds to wait for the environment and the instances to appear. */
  readonly wait: number;
  readonly goingLive: GoingLive;
}

/** Reads all inputs, and leaves what is wrong with them to be judged: a comment tells that, too. */
export function readApplyInputs(step: Step): ApplyInputs {
  const { inputs } = step;
  const connection = readConnection(step, cloud);
  const environment = inputs.text('environment');
  if (environment === undefined) {
    inputs.problem('environment', 'is needed: the environment’s id, slug, name or branch');
  }
  return {
    connection,
    application: inputs.text('application'),
    environment: environment ?? '',
    wait: inputs.seconds('wait-for-environment', { min: 0, max: 86_400 }, 0),
    ...readPlanInputs(step, cloudManifest),
    goingLive: readGoingLive(inputs),
  };
}
