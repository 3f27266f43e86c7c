import { type Deployment, hasSucceeded, recent, redeploy } from '../cloud/deployments.ts';
import { readInstance } from '../cloud/instances.ts';
import { Failure } from '../failure.ts';
import type { HttpClient } from '../http/client.ts';
import { code, html } from '../runner/html.ts';
import type { Inputs } from '../runner/inputs.ts';
import type { Outputs, Step } from '../runner/step.ts';
import { Deadline } from '../time.ts';
import { type Connection, workDeadline } from './inputs/connection.ts';
import { showFailingStep } from './report/logs.ts';
import { following, readVerification, skipVerification, type Verification, verify } from './verify.ts';

/** What is to happen after the processes are as declared. */
export interface GoingLive {
  readonly redeploy: boolean;
  /** Milliseconds for everything about the deployment: waiting for one that runs, and following the new one. */
  readonly waitTimeout: number;
  readonly verification: Verification | undefined;
  readonly showLogs: boolean;
}

/** What the step has done to the processes, and where. */
export interface Change {
  readonly kind: 'changed' | 'unchanged' | 'made-by-other' | 'planned';
  /** `The worker on queue high was created`, for the notice that it waits for a deploy. */
  readonly done: string;
  /** The environment or, where that is not known, an instance, which tells it. */
  readonly where: { readonly environmentId: string } | { readonly instanceId: string };
  /** The deployments as they were after the change, where that was looked at. */
  readonly deployments?: Promise<readonly Deployment[] | undefined>;
}

/** Looks at an environment's deployments before anybody needs to know them. */
export interface LookAhead {
  /** To be called after each change: what was seen before it does not count any more. */
  begin(): void;
  /** Undefined if it was not begun, or nothing came of it: then they are looked at when they are needed. */
  seen(): Promise<readonly Deployment[] | undefined>;
}

interface Live {
  readonly step: Step;
  /** Told `environment-id` and `deployment-id` as soon as they are known. */
  readonly onLive: (outputs: Outputs) => void;
  readonly client: HttpClient;
  readonly connection: Connection;
  readonly goingLive: GoingLive;
}

/** Reads `redeploy`, `wait-timeout`, `verify-command`, `verify-timeout` and `show-logs`. */
export function readGoingLive(inputs: Inputs): GoingLive {
  return {
    ...readDeploying(inputs),
    verification: readVerification(inputs),
    showLogs: inputs.flag('show-logs', false),
  };
}

/** Reads `redeploy` and `wait-timeout`, for an action that verifies nothing. */
export function readDeploying(inputs: Inputs): GoingLive {
  return {
    redeploy: inputs.flag('redeploy', false),
    waitTimeout: inputs.seconds('wait-timeout', { min: 1, max: 86_400 }, 900),
    verification: undefined,
    showLogs: false,
  };
}

/** Looks at the deployments while what was made is still looked after: neither waits for the other. */
export function lookAhead(
  { clock }: Step,
  client: HttpClient,
  { redeploy }: GoingLive,
  environmentId: string | undefined,
): LookAhead {
  let look: Promise<readonly Deployment[] | undefined> = Promise.resolve(undefined);
  return {
    begin: () => {
      if (!redeploy || environmentId === undefined) return;
      // A step that fails meanwhile waits for it, but not for long.
      const hasty = client.within(new Deadline(clock, 5_000));
      look = look.then(() => recent(hasty, environmentId)).catch(() => undefined);
    },
    seen: () => look,
  };
}

/**
 * A change takes effect with the environment's next deploy: starts one if that was asked for, and says so otherwise.
 * What is live is verified. Sets `environment-id`, `deployment-id` and `verified`; throws when one of them fails.
 */
export async function makeLive(live: Live, change: Change): Promise<void> {
  const { step, goingLive } = live;
  const { verification } = goingLive;
  const pending = pendingOf(change, goingLive);
  if (pending !== undefined) step.log.notice(pending);
  if (pending !== undefined || change.kind === 'planned') {
    if (verification !== undefined) skipVerification(step, change.kind === 'planned' ? 'planned' : 'changed');
    return;
  }
  if (change.kind === 'unchanged' && verification === undefined) return;
  const environmentId = await findEnvironmentId(live, change);
  live.onLive({ 'environment-id': environmentId });
  if (change.kind === 'changed') await deploy(live, environmentId, change);
  if (verification !== undefined) await verify({ ...live, verification, environmentId });
}

/** Why what was made is not live when the step ends; undefined where the step deploys it, or nothing was made. */
function pendingOf({ kind, done }: Change, { redeploy }: GoingLive): string | undefined {
  if (kind === 'made-by-other')
    return 'Another run has made the process at the same moment. It takes effect with the deploy of that run, or with the environment’s next one.';
  if (kind !== 'changed' || redeploy) return undefined;
  return `${done}; it takes effect with the environment’s next deploy. With redeploy: true the step starts one.`;
}

async function findEnvironmentId({ step, client, connection }: Live, { where }: Change): Promise<string> {
  if ('environmentId' in where) return where.environmentId;
  const { instanceId } = where;
  const instance = await readInstance(client.within(workDeadline(step, connection)), instanceId);
  if (instance.environmentId !== undefined) return instance.environmentId;
  throw new Failure({
    what: 'The environment',
    why: `Laravel Cloud does not tell in which one the instance ${instanceId} is`,
    fix: 'Give environment',
  });
}

async function deploy(live: Live, environmentId: string, { done, deployments }: Change): Promise<void> {
  const { step, client, connection, goingLive } = live;
  step.doing('deploying the environment, so that the change takes effect');
  const patient = client.within(workDeadline(step, connection, goingLive.waitTimeout));
  const deployment = await redeploy(patient, environmentId, {
    ...following(step, 'deployment', goingLive.waitTimeout),
    seen: await deployments,
    onStart: (id) => {
      live.onLive({ 'deployment-id': id });
      step.log.info(`Deployment ${id} has started`);
    },
  });
  if (!hasSucceeded(deployment)) {
    if (goingLive.showLogs) await showFailingStep(step, patient, deployment.id);
    throw failedDeployment(deployment, done, goingLive.showLogs);
  }
  step.summarize(html`<p>✅ Live: the deployment has succeeded. <sub>${code(deployment.id)}</sub></p>`);
}

function failedDeployment(
  { id, status, failureReason }: Deployment,
  done: string,
  showLogs: boolean,
): Failure {
  const logs = showLogs ? '' : '. With show-logs: true the summary shows the step that failed';
  return new Failure({
    what: `${done}, and the deployment failed`,
    why: `${id} ended as ${status}${failureReason === undefined ? '' : `: ${failureReason}`}`,
    fix: `The change takes effect with the next deployment that succeeds${logs}`,
  });
}
