import {
  type Deployment,
  deploy,
  followOn,
  hasSucceeded,
  readDeployments,
  type SeenDeployments,
  waitForCommit,
} from '../cloud/deployments.ts';
import { type Environment, environmentOf, readEnvironment, whyAsleep } from '../cloud/environment.ts';
import { watchedOf } from '../cloud/environment-log.ts';
import { StillGoing } from '../cloud/following.ts';
import { type Instance, readInstance } from '../cloud/instances.ts';
import { beganAfter, livenessOf } from '../cloud/liveness.ts';
import type { ExistingProcess } from '../cloud/process.ts';
import type { Deployed } from '../cloud/stability.ts';
import { Failure } from '../failure.ts';
import type { HttpClient } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import { html } from '../runner/html.ts';
import type { Inputs } from '../runner/inputs.ts';
import type { Outputs, Step } from '../runner/step.ts';
import { showFailingStep } from './report/logs.ts';
import { saySleep } from './report/sleep.ts';
import type { Session } from './session.ts';
import { proveStable } from './stable.ts';
import { following, readVerification, type Verification, verify } from './verify.ts';

/** What is to happen after the processes are as declared. */
export interface GoingLive {
  readonly redeploy: boolean;
  /** Milliseconds for everything about deployments: waiting for one that runs, and following the new one. */
  readonly waitTimeout: number;
  /** The commit whose deployment is waited for first. */
  readonly commit: string | undefined;
  readonly verification: Verification | undefined;
  /** Milliseconds for which processes must run without exiting; 0: that is not proved. */
  readonly stableFor: number;
  readonly showLogs: boolean;
}

/** Reads `wait-for-commit`, `verify-command`, `verify-timeout`, `stable-for`, `show-logs`, and what `readDeploying` reads. */
export function readGoingLive(inputs: Inputs): GoingLive {
  return {
    ...readDeploying(inputs),
    commit: readCommit(inputs),
    verification: readVerification(inputs),
    stableFor: inputs.seconds('stable-for', { min: 0, max: 3_600 }, 0),
    showLogs: inputs.flag('show-logs', false),
  };
}

/** Reads `redeploy` and `wait-timeout`, for an action that proves nothing. */
export function readDeploying(inputs: Inputs): GoingLive {
  return {
    redeploy: inputs.flag('redeploy', false),
    waitTimeout: inputs.seconds('wait-timeout', { min: 1, max: 86_400 }, 900),
    commit: undefined,
    verification: undefined,
    stableFor: 0,
    showLogs: false,
  };
}

function readCommit(inputs: Inputs): string | undefined {
  const commit = inputs.text('wait-for-commit');
  if (commit !== undefined && !/^[\da-f]{7,64}$/i.test(commit))
    inputs.problem(
      'wait-for-commit',
      'must be the SHA of a commit, such as github.sha: 7 to 64 hexadecimal digits',
    );
  return commit;
}

/** What a rollout works with. */
export interface Rolling {
  readonly session: Session;
  readonly goingLive: GoingLive;
  /** Told `environment-id` and `deployment-id` as soon as they are known. */
  readonly onLive: (outputs: Outputs) => void;
  /** Told that a deployment has made the change live. */
  readonly onDeployed?: (deploymentId: string) => void;
  /** False where something else has said that this is a second deployment. */
  readonly tellsPush?: boolean;
  /** Told that what is declared waits for a deployment, though this step has changed nothing. */
  readonly onBehind?: () => void;
}

/** What the step has done to the processes, and where. */
export interface Change {
  readonly kind: 'changed' | 'unchanged' | 'made-by-other' | 'planned';
  /** `The worker on queue high was created`, for messages. */
  readonly done: string;
  /** Undefined where only an instance is known. */
  readonly environment: Environment | undefined;
  /** Says which environment it is, where that is not known. */
  readonly instanceId: string | undefined;
  /** The declared processes that exist. */
  readonly processes: readonly PlacedProcess[];
}

interface Located extends Change {
  readonly environment: Environment;
}

export interface PlacedProcess {
  readonly process: ExistingProcess;
  /** Undefined where nothing but its id is known. */
  readonly instance: Instance | undefined;
}

/** An environment's deployments, read beside something else, so that nobody waits for them later. */
export interface ReadAhead {
  begin(environmentId: string): void;
  /** Undefined where it was not begun, or nothing came of it. */
  seen(): Promise<SeenDeployments | undefined>;
}

/** Reads the deployments early where a step that changes nothing needs to know them. */
export function readAhead({ session, goingLive }: Omit<Rolling, 'onLive'>): ReadAhead {
  let reading: Promise<SeenDeployments | undefined> = Promise.resolve(undefined);
  let begun: string | undefined;
  return {
    begin: (environmentId) => {
      // A wait for an environment names it at each look.
      if (environmentId === begun || !asksForLive(goingLive) || goingLive.commit !== undefined) return;
      begun = environmentId;
      reading = readDeployments(session.within().client, environmentId).catch(() => undefined);
    },
    seen: () => reading,
  };
}

function asksForLive({ redeploy, verification, stableFor }: GoingLive): boolean {
  return redeploy || verification !== undefined || stableFor > 0;
}

/**
 * Waits for the deployment of the commit that `wait-for-commit` names, before anything else. Gives the deployments as they
 * are then; undefined where no commit is named.
 */
export async function awaitCommit(
  rolling: Omit<Rolling, 'onLive'>,
  environmentId: string,
): Promise<SeenDeployments | undefined> {
  const { goingLive } = rolling;
  const { step } = rolling.session;
  if (goingLive.commit === undefined) return undefined;
  const commit = goingLive.commit.slice(0, 7);
  step.doing(`waiting for the deployment of commit ${commit}`);
  const watch = following(step, 'commit', goingLive.waitTimeout);
  const seen = await waitForCommit(patientFor(rolling), environmentId, goingLive.commit, watch);
  step.log.info(`Commit ${commit} is deployed`);
  return seen;
}

/**
 * Sees to it that what is declared is live, or on its way, if that is asked for, and proves that it runs. `seen` are the
 * deployments as they were before the step changed anything. Sets `environment-id`, `deployment-id`, `verified` and `stable`.
 */
export async function rollOut(
  rolling: Rolling,
  change: Change,
  seen?: SeenDeployments | undefined,
): Promise<void> {
  const { goingLive } = rolling;
  const isDryRun = change.kind === 'planned';
  const pending = pendingOf(change, goingLive);
  if (pending !== undefined) rolling.session.step.log.notice(pending);
  if (pending !== undefined) {
    const asleep = change.environment && whyAsleep(change.environment);
    return skipProofs(rolling, asleep ?? 'the change is not live before the next deployment');
  }
  if (!(isDryRun ? goingLive.stableFor > 0 : asksForLive(goingLive)))
    return skipProofs(rolling, 'this is a dry run');

  const located = await locate(rolling, change);
  rolling.onLive({ 'environment-id': located.environment.id });
  const live = await bringLive(rolling, located, seen);
  await prove(rolling, located, live);
}

/** Why what was made is not live when the step ends; undefined where the step sees to that, or nothing was made. */
function pendingOf({ kind, done, environment }: Change, { redeploy }: GoingLive): string | undefined {
  if (redeploy) return undefined;
  if (kind === 'made-by-other')
    return 'Another run has created the process at the same moment. It takes effect with the deployment of that run, or with the next one.';
  if (kind !== 'changed') return undefined;
  return environment?.deploysOnPush
    ? `${done}. Changes take effect with the next deployment: the next push to the environment’s branch, or this step with redeploy: true.`
    : `${done}. Changes take effect with the environment’s next deployment. With redeploy: true this step starts one.`;
}

/** Where the change was made: read where only an instance's id was given. */
async function locate({ session }: Rolling, change: Change): Promise<Located> {
  const { environment, instanceId, processes } = change;
  if (environment !== undefined && processes.every(({ instance }) => instance !== undefined))
    return { ...change, environment };
  const instance =
    instanceId === undefined ? undefined : await readInstance(session.within().client, instanceId);
  const found = environment ?? environmentOfInstance(instance);
  if (found === undefined) {
    throw new Failure({
      what: 'The environment',
      why: `Laravel Cloud does not report which one the cluster ${instanceId} belongs to`,
      fix: 'Set environment',
    });
  }
  if (environment === undefined) saySleep(session.step, found);
  const placed = processes.map((one) => ({ ...one, instance: one.instance ?? instance }));
  return { ...change, environment: found, processes: placed };
}

/** The environment of an instance, as far as its answer tells it. */
export function environmentOfInstance(instance: Instance | undefined): Environment | undefined {
  const { environment, environmentId } = instance ?? {};
  return environment ?? (environmentId === undefined ? undefined : environmentOf(environmentId));
}

/** What is live when everything that was asked for is done. */
interface Live {
  /** Why what is declared is not live; undefined where it is. */
  readonly pending: string | undefined;
  /** Why only an older release can run what is declared. */
  readonly behind: string | undefined;
  /** The deployment that this step has waited for. */
  readonly deployed: Deployed | undefined;
  /** When the newest deployment succeeded, in milliseconds since 1970. */
  readonly deployedAt: number | undefined;
  /** The time of the service, in milliseconds since 1970. */
  now(): number;
}

async function bringLive(
  rolling: Rolling,
  change: Located,
  ahead: SeenDeployments | undefined,
): Promise<Live> {
  const { session, goingLive } = rolling;
  const { step } = session;
  // What was read before a change, or before another run's, says nothing of what came after it.
  const before = change.kind === 'unchanged' || change.kind === 'planned' ? ahead : undefined;
  const seen = before ?? (await readDeployments(session.within().client, change.environment.id));
  const live = asItIs(session, goingLive, seen);
  if (change.kind === 'planned') return live;
  if (change.kind === 'changed') return await redeploy(rolling, change, seen, live);

  // Another run has just made it: without any deployment it cannot be live.
  if (change.kind === 'made-by-other' && seen.deployments.length === 0)
    return await redeploy(rolling, change, seen, live);

  const liveness = livenessOf(seen.deployments, youngest(change.processes));
  switch (liveness.kind) {
    case 'live':
      return live;
    case 'on-its-way': {
      const { deployment } = liveness;
      step.log.info(`Deployment ${deployment.id} is running, and carries what is declared`);
      if (!proves(goingLive)) return live;
      const ended = await followOn(patientFor(rolling), change.environment.id, deployment, watching(rolling));
      return await after(rolling, change, ended, live);
    }
    case 'behind':
      if (goingLive.redeploy) {
        step.log.info(`${liveness.why}: deploying`);
        return await redeploy(rolling, change, seen, live);
      }
      step.log.notice(`${liveness.why}. With redeploy: true this step deploys the environment.`);
      if (!liveness.runsOlder) rolling.onBehind?.();
      return liveness.runsOlder
        ? { ...live, behind: lowered(liveness.why) }
        : { ...live, pending: lowered(liveness.why) };
  }
}

/** Nothing is deployed: what is live is what the newest successful deployment has brought. */
function asItIs(
  session: Session,
  { commit, stableFor }: GoingLive,
  { deployments, at }: SeenDeployments,
): Live {
  const now = session.serviceTime(at);
  const newest = deployments.find(hasSucceeded);
  const deployedAt = newest?.finishedAt;
  // Whoever waits for a commit's deployment has it proved from its beginning, also where it has just ended.
  const isFresh = commit !== undefined && deployedAt !== undefined && now() - deployedAt < stableFor;
  const deployed = isFresh ? { startedAt: newest?.startedAt, succeededAt: deployedAt } : undefined;
  return { pending: undefined, behind: undefined, deployed, deployedAt, now };
}

async function redeploy(
  rolling: Rolling,
  change: Located,
  { deployments, at }: SeenDeployments,
  live: Live,
): Promise<Live> {
  const { step } = rolling.session;
  step.doing('deploying the environment');
  if (change.environment.deploysOnPush && rolling.tellsPush !== false)
    step.log.notice(
      'This environment deploys on every push (push to deploy), so this change causes a second deployment.',
    );
  const known = new Set(deployments.map(({ id }) => id));
  const bornAt = change.kind === 'changed' ? undefined : youngest(change.processes);
  const deploying = deploy(patientFor(rolling), change.environment.id, {
    ...watching(rolling),
    seen: deployments,
    carries: (deployment) =>
      bornAt === undefined
        ? !known.has(deployment.id) && beganAfter(deployment, at ?? 0)
        : beganAfter(deployment, bornAt),
  });
  const ended = await deploying.catch((error: unknown) => {
    throw error instanceof StillGoing ? tooSlow(change, error) : error;
  });
  return await after(rolling, change, ended, live);
}

/** What is live after a deployment has ended. Throws a `Failure` where one that was asked for has failed. */
async function after(
  rolling: Rolling,
  { done, environment }: Located,
  deployment: Deployment,
  live: Live,
): Promise<Live> {
  const { goingLive } = rolling;
  const { step } = rolling.session;
  step.did('deployment', undefined);
  if (hasSucceeded(deployment)) {
    rolling.onDeployed?.(deployment.id);
    const succeededAt = deployment.finishedAt ?? live.now();
    return { ...live, deployed: { startedAt: deployment.startedAt, succeededAt }, deployedAt: succeededAt };
  }
  if (!goingLive.redeploy)
    return { ...live, pending: `deployment ${deployment.id} ended as ${deployment.status}` };
  if (goingLive.showLogs) await showFailingStep(step, patientFor(rolling), deployment.id, environment.redact);
  // The headline of the failure says it.
  step.did('processes', undefined);
  throw failedDeployment(deployment, done, goingLive.showLogs);
}

function patientFor({ session, goingLive }: Omit<Rolling, 'onLive'>): HttpClient {
  return session.within(goingLive.waitTimeout).client;
}

function watching({ session, goingLive, onLive }: Rolling) {
  return {
    ...following(session.step, 'deployment', goingLive.waitTimeout),
    onFollow: (id: string) => onLive({ 'deployment-id': id }),
  };
}

/** When the youngest process was created, in milliseconds since 1970. */
function youngest(processes: readonly PlacedProcess[]): number | undefined {
  const dates = processes.map(({ process }) => Date.parse(process.createdAt ?? ''));
  const known = dates.filter((date) => !Number.isNaN(date));
  return known.length === 0 ? undefined : Math.max(...known);
}

function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

/** Proves what was asked for, where it can be proved. */
async function prove(rolling: Rolling, change: Located, live: Live): Promise<void> {
  const { session, goingLive } = rolling;
  const { step } = session;
  if (!proves(goingLive)) return;
  const environment =
    live.deployed === undefined ? change.environment : await readAgain(rolling, change.environment);
  const unprovable = whyAsleep(environment) ?? live.pending;
  if (unprovable !== undefined) return skipProofs(rolling, unprovable);
  if (goingLive.stableFor > 0 && change.processes.length === 0) {
    skipProof(step, 'stable-for', 'none of the declared processes exists yet');
  } else if (goingLive.stableFor > 0) {
    const watched = change.processes.map(({ process, instance }) =>
      watchedOf(process, instance, environment),
    );
    const { deployed, deployedAt, now } = live;
    const proof = {
      environment,
      watched,
      span: goingLive.stableFor,
      deployed,
      deployedAt,
      showLogs: goingLive.showLogs,
    };
    const log = (line: string): void => step.log.info(line);
    const { client } = session.within(goingLive.stableFor);
    await proveStable(step, proof, { ...step, client, environmentId: environment.id, now, log });
  }
  if (goingLive.verification === undefined) return;
  const unverifiable = change.kind === 'planned' ? 'this is a dry run' : live.behind;
  if (unverifiable !== undefined) return skipProof(step, 'verify-command', unverifiable);
  await verify({ ...rolling, verification: goingLive.verification, environment });
}

function proves({ verification, stableFor }: GoingLive): boolean {
  return verification !== undefined || stableFor > 0;
}

/** An environment may have been woken, or put to sleep, since it was read. */
async function readAgain({ session }: Rolling, known: Environment): Promise<Environment> {
  try {
    return await readEnvironment(session.within().client, known.id);
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    session.step.log.debug(`The environment could not be read again. ${error.message}`);
    return known;
  }
}

/** Says of each proof that was asked for that there is none, and why. */
function skipProofs({ session: { step }, goingLive }: Rolling, why: string): void {
  if (goingLive.stableFor > 0) skipProof(step, 'stable-for', why);
  if (goingLive.verification !== undefined) skipProof(step, 'verify-command', why);
}

function skipProof(step: Step, input: 'stable-for' | 'verify-command', why: string): void {
  const [output, what] = input === 'stable-for' ? ['stable', 'Not watched'] : ['verified', 'Not verified'];
  step.output({ [output]: 'skipped' });
  step.log.notice(`${input} was skipped: ${why}.`);
  step.summarize(html`<p>${what}: ${why}.</p>`);
}

function tooSlow({ done }: Change, { what, why, fix, after }: StillGoing): Failure {
  return new Failure({
    headline: `${done}, but the deployment is still running after ${after}`,
    details: `${what}: ${why}`,
    ...{ what, why, fix },
  });
}

function failedDeployment(
  { id, status, failureReason }: Deployment,
  done: string,
  showLogs: boolean,
): Failure {
  const logs = showLogs ? '' : '. With show-logs: true the summary shows the step that failed';
  const headline = `${done}, but the deployment failed${failureReason === undefined ? '' : `: ${failureReason}`}`;
  return new Failure({
    headline,
    what: `${done}, but the deployment failed`,
    why: `${id} ended as ${status}${failureReason === undefined ? '' : `: ${failureReason}`}`,
    fix: `The change takes effect with the next deployment that succeeds${logs}`,
  });
}
