import { deploy, followOn } from '../../cloud/deploy.ts';
import {
  beganAfter,
  type Deployment,
  hasSucceeded,
  livenessOf,
  readDeployments,
  type SeenDeployments,
  withReading,
} from '../../cloud/deployments.ts';
import { type Environment, whyAsleep } from '../../cloud/environment.ts';
import { type DeploymentTimes, settling } from '../../cloud/stability.ts';
import { StillGoing } from '../../cloud/started-work.ts';
import { Cancelled, Failure, stated } from '../../failure.ts';
import { inSeconds, timeOf } from '../../time.ts';
import type { RolloutGoals } from '../inputs/goals.ts';
import { showFailingStep } from '../report/cloud.ts';
import type { Session } from '../session.ts';
import {
  following,
  isDryRun,
  type LocatedChange,
  type PlacedProcess,
  patientFor,
  proves,
  type RolloutContext,
  readAgain,
  type StepChange,
} from './context.ts';

/** The state of an environment after the rollout. */
export interface LiveState {
  /** The reason why the declared processes are not live; undefined if they are. */
  readonly pending: string | undefined;
  /** The reason why only an older release can run the declared processes. */
  readonly behind: string | undefined;
  /** The environment, if it was read after the deployment. */
  readonly environment: Environment | undefined;
  /** The times of the deployment that this step waited for. */
  readonly deployed: DeploymentTimes | undefined;
  /** The deployments, the newest first, as read before the step waited for one. */
  readonly deployments: readonly Deployment[];
  /** Returns the service's time, in milliseconds since 1970. */
  now(): number;
}

/** With `redeploy`, deploys if needed. Follows a deployment that contains the declared processes. */
export async function bringLive(rollout: RolloutContext, change: LocatedChange): Promise<LiveState> {
  // A list of deployments from before a change, by this run or a parallel one, may lack newer deployments.
  const isUntouched = change.kind === 'unchanged' || isDryRun(change);
  const before = isUntouched ? await rollout.ahead.seen(change.environment.id) : undefined;
  return await bringLiveAfter(rollout, change, before ?? (await deploymentsNow(rollout, change)));
}

async function bringLiveAfter(
  rollout: RolloutContext,
  change: LocatedChange,
  seen: SeenDeployments,
): Promise<LiveState> {
  const { session, goals } = rollout;
  const { step } = session;
  const live = currentState(session, goals, seen);
  if (change.kind === 'would-change') return live;
  // Another run has just created the process. Without any deployment, the process cannot be live.
  const isNew = change.kind === 'made-by-other' && seen.deployments.length === 0;
  if (isNew || change.kind === 'changed') return await redeploy(rollout, change, seen, live);

  const liveness = livenessOf(seen.deployments, youngest(change.processes));
  if (change.kind === 'would-keep') {
    if (goals.redeploy && liveness.kind === 'behind') {
      step.warn(`${liveness.why}. Without dry-run this step deploys the environment.`);
      rollout.onBehind?.();
    }
    return live;
  }
  switch (liveness.kind) {
    case 'live': {
      const carrying = seen.deployments.find(hasSucceeded);
      // The other run has deployed the process as well.
      if (change.kind === 'made-by-other' && carrying !== undefined)
        rollout.onDeployed?.(carrying.id, whyAsleep(change.environment));
      return live;
    }
    case 'on-its-way': {
      const { deployment } = liveness;
      step.log.info(`Deployment ${deployment.id} is running, and carries what is declared`);
      if (!proves(goals)) return live;
      step.doing(`waiting for deployment ${deployment.id}`);
      const ended = await followOn(patientFor(rollout), change.environment.id, deployment, watching(rollout));
      // Start again: changes may still wait for a deployment, and an older release may run.
      if (!hasSucceeded(ended)) {
        const { deployments, at } = await deploymentsNow(rollout, change);
        return await bringLiveAfter(rollout, change, { deployments: withReading(deployments, ended), at });
      }
      return await afterDeployment(rollout, change, ended, live);
    }
    case 'behind':
      if (goals.redeploy) {
        step.log.info(`${liveness.why}: deploying`);
        return await redeploy(rollout, change, seen, live);
      }
      step.log.notice(`${liveness.why}. With redeploy: true this step deploys the environment.`);
      if (!liveness.runsOlder) rollout.onBehind?.();
      return liveness.runsOlder
        ? { ...live, behind: lowered(liveness.why) }
        : { ...live, pending: lowered(liveness.why) };
  }
}

async function deploymentsNow({ session }: RolloutContext, { environment }: LocatedChange) {
  return await readDeployments(session.within().client, environment.id);
}

/** Returns the live state after the newest successful deployment. */
function currentState(
  session: Session,
  { commit, stableFor }: RolloutGoals,
  { deployments, at }: SeenDeployments,
): LiveState {
  const now = session.serviceTime(at);
  const newest = deployments.find(hasSucceeded);
  const succeededAt = newest?.finishedAt;
  // With `wait-for-commit`, the proof covers the whole time since the end of the commit's deployment.
  const isFresh =
    commit !== undefined && succeededAt !== undefined && now() - succeededAt < settling + stableFor;
  const deployed = isFresh ? { startedAt: newest?.startedAt, succeededAt } : undefined;
  return { pending: undefined, behind: undefined, environment: undefined, deployed, deployments, now };
}

async function redeploy(
  rollout: RolloutContext,
  change: LocatedChange,
  { deployments, at }: SeenDeployments,
  live: LiveState,
): Promise<LiveState> {
  const { step } = rollout.session;
  step.doing('deploying the environment');
  if (change.kind === 'changed' && change.environment.deploysOnPush && rollout.tellsAlone !== false)
    step.log.notice(
      'This environment deploys on every push (push to deploy), so this change causes a second deployment.',
    );
  const known = new Set(deployments.map(({ id }) => id));
  const bornAt = change.kind === 'changed' ? undefined : youngest(change.processes);
  const watch = watching(rollout);
  let followed: string | undefined;
  const deploying = deploy(patientFor(rollout), change.environment.id, {
    ...watch,
    onFollow(id) {
      followed = id;
      watch.onFollow(id);
    },
    seen: deployments,
    carries: (deployment) =>
      bornAt === undefined
        ? !known.has(deployment.id) && beganAfter(deployment, at)
        : beganAfter(deployment, bornAt),
  });
  const ended = await deploying.catch((error: unknown) => {
    const isCancelled = error instanceof Cancelled;
    // The failure names the deployment.
    if (error instanceof StillGoing || (isCancelled && followed !== undefined))
      step.did('deployment', undefined);
    if (error instanceof StillGoing) throw tooSlow(change, error, rollout.goals, followed);
    throw isCancelled ? cancelledAfter(change, followed, error.mayHaveActed) : error;
  });
  return await afterDeployment(rollout, change, ended, live);
}

/** Returns the live state after the end of a deployment. Throws a `Failure` for a failed deployment. */
async function afterDeployment(
  rollout: RolloutContext,
  change: LocatedChange,
  deployment: Deployment,
  live: LiveState,
): Promise<LiveState> {
  const { goals } = rollout;
  const { step } = rollout.session;
  step.did('deployment', undefined);
  if (hasSucceeded(deployment)) {
    const asleep = whyAsleep(change.environment);
    // Shown already before the environment is read again: the step may be cancelled then.
    rollout.onDeployed?.(deployment.id, asleep);
    step.doing('reading the environment after the deployment');
    const needsState = asleep !== undefined || proves(goals);
    const environment = needsState ? await readAgain(rollout.session, change.environment) : undefined;
    if (environment !== undefined) rollout.onDeployed?.(deployment.id, whyAsleep(environment));
    const succeededAt = deployment.finishedAt ?? live.now();
    return { ...live, environment, deployed: { startedAt: deployment.startedAt, succeededAt } };
  }
  if (goals.showLogs)
    await showFailingStep(step, patientFor(rollout), deployment.id, change.environment.redact);
  // The failure names the changes.
  for (const subject of ['process', 'processes']) step.did(subject, undefined);
  throw failedDeployment(deployment, change, goals.showLogs);
}

function watching({ session, goals, onLive }: RolloutContext) {
  return {
    ...following(session, 'deployment', goals.waitTimeout),
    onFollow: (id: string) => onLive({ 'deployment-id': id }),
  };
}

/** Returns the creation time of the youngest process, in milliseconds since 1970; undefined if no date is known. */
function youngest(processes: readonly PlacedProcess[]): number | undefined {
  const known = processes.flatMap(({ process }) => timeOf(process.createdAt) ?? []);
  return known.length === 0 ? undefined : Math.max(...known);
}

function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

/** `followed`: undefined if the step was still waiting for a deployment that began before the change. */
function tooSlow(
  { short }: StepChange,
  { what, why, fix }: StillGoing,
  { waitTimeout }: RolloutGoals,
  followed: string | undefined,
): Failure {
  const after = inSeconds(waitTimeout);
  const isOwn = followed !== undefined;
  return new Failure({
    headline: `${short}, but ${isOwn ? `still deploying after ${after}` : `not deployed: an earlier deployment still runs after ${after}`}`,
    details: stated(what, why),
    ...{ what, why },
    fix: isOwn
      ? fix
      : 'It does not contain the change: deploy the environment when it has ended, or raise wait-timeout',
  });
}

/** Returns the error of a step that was cancelled while it deployed. */
function cancelledAfter(
  { kind, short }: StepChange,
  followed: string | undefined,
  mayHaveStarted: boolean,
): Cancelled {
  const done = kind === 'changed' ? `: ${lowered(short)}, not live yet` : '';
  const headline = `Cancelled while deploying${done}`;
  const details =
    followed !== undefined
      ? `Deployment ${followed} goes on in Laravel Cloud: look there how it ends`
      : mayHaveStarted
        ? 'Laravel Cloud had not answered the request for a deployment: look there whether one has started. If not, changes take effect with the next deployment'
        : 'Changes take effect with the next deployment';
  return new Cancelled({ headline, details, what: headline, why: details });
}

function failedDeployment(
  { id, status, failureReason }: Deployment,
  { kind, done, short }: StepChange,
  showLogs: boolean | undefined,
): Failure {
  const logs = showLogs === false ? '. With show-logs: true the summary shows the step that failed' : '';
  const reason = failureReason === undefined ? '' : `: ${failureReason}`;
  return new Failure({
    headline: `${short}, but the deployment failed${reason}`,
    details: `Deployment ${id} ended as ${status}`,
    what: `${done}, but the deployment failed`,
    why: `${id} ended as ${status}${reason}`,
    fix: `${kind === 'changed' ? 'The change takes' : 'Earlier changes take'} effect with the next deployment that succeeds${logs}`,
  });
}
