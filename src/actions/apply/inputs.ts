import { cloudManifest } from '../../manifest/cloud-manifest.ts';
import type { ProcessSpec } from '../../processes/spec.ts';
import type { Step } from '../../runner/step.ts';
import { cloud } from '../shared/cloud-service.ts';
import { type Connection, readConnection } from '../shared/connection.ts';
import { type GoingLive, readGoingLive } from '../shared/make-live.ts';
import { type PlanInputs, readPlanInputs } from '../shared/plan-inputs.ts';

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
