import { redeploy } from '../../cloud/deployments.ts';
import { readInstance } from '../../cloud/instance.ts';
import { Failure } from '../../failure.ts';
import type { HttpClient } from '../../http/client.ts';
import { code, html } from '../../runner/html.ts';
import type { Inputs } from '../../runner/inputs.ts';
import type { Step } from '../../runner/step.ts';
import { Deadline } from '../../time/deadline.ts';
import { type Connection, workDeadline } from './connection.ts';

export interface Deploying {
  readonly redeploy: boolean;
  /** Milliseconds for everything about the deployment: waiting for one that runs, and following the new one. */
  readonly waitTimeout: number;
}

/** Reads `redeploy` and `wait-timeout`. */
export function readDeploying(inputs: Inputs): Deploying {
  return {
    redeploy: inputs.flag('redeploy', false),
    waitTimeout: inputs.seconds('wait-timeout', { min: 1, max: 86_400 }, 900),
  };
}

/**
 * Deploys the environment, so that a change takes effect, and sets `deployment-id` and `environment-id`. `declared` says what
 * stands even if the deployment fails: `The processes are as declared`.
 */
export async function deployChange(
  step: Step,
  client: HttpClient,
  connection: Connection,
  { waitTimeout }: Deploying,
  where: { readonly environmentId: string | undefined; readonly instanceId: string },
  declared: string,
): Promise<void> {
  step.doing('deploying the environment, so that the change takes effect');
  const deadline = new Deadline(step.clock, waitTimeout);
  const patient = client.within(workDeadline(step, connection, waitTimeout));
  const environmentId = where.environmentId ?? (await readInstance(patient, where.instanceId)).environmentId;
  if (environmentId === undefined) {
    throw new Failure({
      what: 'The deployment',
      why: `Laravel Cloud does not tell which environment the instance ${where.instanceId} is in`,
      fix: 'Give environment',
    });
  }
  step.output({ 'environment-id': environmentId });
  const following = {
    ...step,
    deadline,
    declared,
    log: (line: string) => step.log.info(line),
    did: (line: string) => step.did('deployment', line),
  };
  const { id, status } = await redeploy(patient, environmentId, following, (started) => {
    step.output({ 'deployment-id': started });
    step.log.info(`Deployment ${started} has started`);
  });
  step.summarize(html`<p>Deployment ${code(id)} ended as ${code(status)}: the change is live.</p>`);
}
