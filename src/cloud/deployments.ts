import * as v from 'valibot';
import { Failure } from '../failure.ts';
import type { HttpClient } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import { PageBody, parseItems } from '../http/lists.ts';
import { timeOf } from '../time.ts';
import { DeploymentResource } from './shapes.ts';
import {
  type FollowContext,
  follow,
  followToEnd,
  hasEnded,
  listCall,
  startOnce,
  type WorkKind,
  watchFor,
} from './started-work.ts';

const ReadDeployment = v.pipe(
  DeploymentResource,
  v.transform(({ id, attributes }) => ({
    id,
    status: attributes.status,
    failureReason: attributes.failure_reason,
    commit: attributes.commit_hash,
    /** In milliseconds since 1970; recorded: to the second. */
    startedAt: timeOf(attributes.started_at),
    finishedAt: timeOf(attributes.finished_at),
  })),
);
export type Deployment = Readonly<v.InferOutput<typeof ReadDeployment>>;

export const deployments: WorkKind<Deployment> = {
  name: 'deployment',
  schema: ReadDeployment,
  timeout: 'wait-timeout',
  nextRunLooks: true,
};

/** The newest deployments of an environment, as read from the service. */
export interface SeenDeployments {
  /** The deployments, the newest first. */
  readonly deployments: readonly Deployment[];
  /** The time of the response in milliseconds since 1970, on the service's clock. */
  readonly at: number | undefined;
}

/** Returns the running deployments. A deployment older than a successful one has ended, whatever its status. */
function runningIn(deployments: readonly Deployment[]): readonly Deployment[] {
  const success = deployments.findIndex(hasSucceeded);
  return deployments.slice(0, success === -1 ? undefined : success).filter((one) => !hasEnded(one));
}

export function hasSucceeded({ status }: Deployment): boolean {
  return status === 'deployment.succeeded';
}

/** Returns the deployments with a later reading of one of them: a list may show its end late. */
export function withReading(deployments: readonly Deployment[], later: Deployment): readonly Deployment[] {
  return deployments.map((one) => (one.id === later.id ? later : one));
}

/** Reads the newest deployments of an environment: the first page of the list. Recorded: the newest come first. */
export async function readDeployments(client: HttpClient, environmentId: string): Promise<SeenDeployments> {
  const call = listCall(deployments, environmentId);
  const { data, date } = await client.json(call, PageBody);
  return { deployments: parseItems(data.data, ReadDeployment), at: date };
}

/** The live state of the declared processes. A change takes effect with a deployment that begins after it. */
export type Liveness =
  | { readonly kind: 'live' }
  /** A deployment that began after the last change is running. */
  | { readonly kind: 'on-its-way'; readonly deployment: Deployment }
  /** `why`: a sentence without its full stop. `runsOlder`: true if an older release runs the declared processes. */
  | { readonly kind: 'behind'; readonly why: string; readonly runsOlder: boolean };

/**
 * Judges by the deployments, the newest first. `bornAt`: the creation time of the youngest declared process, in
 * milliseconds since 1970. With an unknown time, every deployment counts as younger. An environment without deployments
 * counts as live: its owner deploys it first.
 */
export function livenessOf(deployments: readonly Deployment[], bornAt: number | undefined): Liveness {
  const carries = (one: Deployment): boolean => bornAt === undefined || beganAfter(one, bornAt);
  const running = runningIn(deployments);
  const deployment = running.find(carries);
  if (deployment !== undefined) return { kind: 'on-its-way', deployment };

  const [newest] = deployments;
  const succeeded = deployments.find(hasSucceeded);
  const runsOlder = succeeded !== undefined && carries(succeeded);
  if (newest !== undefined && running.length === 0 && !hasSucceeded(newest)) {
    const why = `The newest deployment, ${newest.id}, ended as ${newest.status}`;
    return { kind: 'behind', why, runsOlder };
  }
  if (newest === undefined || runsOlder) return { kind: 'live' };
  return { kind: 'behind', why: 'A declared process is younger than the newest deployment', runsOlder };
}

/**
 * True if the deployment began at or after this time, or if the start is unknown. Recorded: starts are to the second. A
 * start in the second of a finer time counts as after it: a step creates a process, then deploys.
 */
export function beganAfter({ startedAt }: Deployment, time: number): boolean {
  if (startedAt === undefined) return true;
  const isToTheSecond = startedAt % 1_000 === 0;
  return startedAt >= (isToTheSecond ? time - (time % 1_000) : time);
}

/**
 * Waits until the deployment of a commit, or a newer deployment, has succeeded. Throws a `Failure` when all of these
 * have failed, or when none has succeeded by the deadline. Reads only the first page, with the newest deployments.
 */
export async function waitForCommit(
  client: HttpClient,
  environmentId: string,
  commit: string,
  following: FollowContext,
): Promise<SeenDeployments> {
  const what = `The deployment of commit ${commit.slice(0, 7)}`;
  const isOfCommit = (one: Deployment): boolean =>
    one.commit?.toLowerCase().startsWith(commit.toLowerCase()) === true;
  let wasCancelled = false;
  const read = async () => {
    const seen = await readDeployments(client, environmentId);
    const since = seen.deployments.slice(0, seen.deployments.findIndex(isOfCommit) + 1);
    const [newest] = since;
    const last = seen.deployments.find(hasSucceeded);
    const succeeded = since.find((one) => one === last);
    // After a second deployment of the commit has failed, the first one is still live.
    const earlier = last !== undefined && isOfCommit(last) ? last : undefined;
    const decisive = succeeded ?? since.find((one) => !hasEnded(one)) ?? earlier;
    if (newest !== undefined && decisive === undefined) {
      // The list may show the newer deployment, which cancelled this one, a little later.
      if (newest.status !== 'cancelled' || wasCancelled) throw notDeployed(what, newest);
      wasCancelled = true;
    }
    const shown = decisive ?? newest;
    const status = shown === undefined ? 'not there' : `${shown.status} (${shown.id})`;
    return { ...seen, status, isLive: decisive !== undefined && hasSucceeded(decisive) };
  };
  const fix =
    'Check that Laravel Cloud deploys this branch (push to deploy, or a deploy hook before this step) and that wait-for-commit is its commit, or raise wait-timeout';
  return await followToEnd({ what, read, hasEnded: ({ isLive }) => isLive, fix }, following);
}

function notDeployed(what: string, { id, status, failureReason }: Deployment): Failure {
  const why = `${id} ended as ${status}${failureReason === undefined ? '' : `: ${failureReason}`}`;
  return new Failure({
    what,
    headline: `${what} did not succeed`,
    details: `Deployment ${why}`,
    why,
    fix: 'Correct what makes the deployment fail, and push again',
  });
}

export interface DeployContext extends FollowContext {
  /** The deployments as last read, the newest first. */
  readonly seen: readonly Deployment[];
  /** True if this deployment puts the declared processes into effect. */
  carries(deployment: Deployment): boolean;
  /** Called with the id of each deployment that the step follows. */
  readonly onFollow: (id: string) => void;
}

/**
 * Follows a deployment that carries the declared processes to its end, successful or not. Anybody may have started the
 * deployment. If no deployment carries them, waits for the end of the running deployments, and starts a deployment.
 */
export async function deploy(
  client: HttpClient,
  environmentId: string,
  deploying: DeployContext,
): Promise<Deployment> {
  let { seen } = deploying;
  let waitedFor: readonly Deployment[] = [];
  const list = async () =>
    waitedFor.reduce(withReading, (await readDeployments(client, environmentId)).deployments);
  for (;;) {
    const [newest] = seen;
    const carrying = runningIn(seen).find((one) => deploying.carries(one));
    if (carrying !== undefined) return await followOn(client, environmentId, carrying, deploying);
    if (newest !== undefined && hasSucceeded(newest) && deploying.carries(newest)) {
      deploying.onFollow(newest.id);
      return newest;
    }
    const [running] = runningIn(seen);
    if (running !== undefined) {
      deploying.log(
        `Waiting for deployment ${running.id}, which began before the change (${running.status})`,
      );
      waitedFor = [...waitedFor, await follow(client, deployments, running, deploying)];
    } else {
      const started = await startDeployment(client, environmentId, { ...deploying, seen }, list);
      if (started !== undefined) return await followOn(client, environmentId, started, deploying);
    }
    seen = await list();
  }
}

/** Starts a deployment. Undefined if another deployment began first. */
async function startDeployment(
  client: HttpClient,
  environmentId: string,
  deploying: DeployContext,
  list: () => Promise<readonly Deployment[]>,
): Promise<Deployment | undefined> {
  const { seen: before } = deploying;
  try {
    const started = await startOnce(client, deployments, environmentId, { before, list }, deploying);
    deploying.log(`Deployment ${started.id} has started`);
    return started;
  } catch (error) {
    if (!(error instanceof HttpFailure) || (error.status !== 409 && error.status !== 422)) throw error;
    // No documentation says how Cloud refuses a deployment while another is in progress. A list decides, which may lag.
    // If the response names fields of the request, the fields are wrong: then there is no wait for the list.
    const known = new Set(before.map(({ id }) => id));
    const begun = async () => {
      const now = await list();
      // The other deployment may have ended meanwhile.
      return runningIn(now)[0] ?? now.find(({ id }) => !known.has(id));
    };
    const shown =
      (await begun()) ?? (error.fields.length === 0 ? await watchFor(begun, deploying) : undefined);
    if (shown === undefined) throw error;
    deploying.log('Another deployment got in first');
    return undefined;
  }
}

/** Follows a deployment to its end. If a newer deployment has cancelled it, follows the newer deployment. */
export async function followOn(
  client: HttpClient,
  environmentId: string,
  first: Deployment,
  following: Pick<DeployContext, 'onFollow'> & FollowContext,
): Promise<Deployment> {
  let current = first;
  for (;;) {
    following.onFollow(current.id);
    const ended = await follow(client, deployments, current, following);
    if (ended.status !== 'cancelled') return ended;
    const look = async () => newerThan(ended, (await readDeployments(client, environmentId)).deployments);
    // The list may show the newer deployment a little later.
    const newer = (await look()) ?? (await watchFor(look, following, [1_000, 4_000]));
    if (newer === undefined) return ended;
    following.log(`Deployment ${ended.id} was cancelled, since ${newer.id} has begun; following that one`);
    current = newer;
  }
}

/** Returns the deployment that replaced a cancelled one, the newest first. It may be cancelled only by a newer one. */
function newerThan({ id }: Deployment, listed: readonly Deployment[]): Deployment | undefined {
  const place = listed.findIndex((one) => one.id === id);
  const newer = listed.slice(0, Math.max(place, 0));
  return (
    newer.find((one) => hasSucceeded(one) || !hasEnded(one)) ??
    newer.find(({ status }) => status !== 'cancelled')
  );
}
