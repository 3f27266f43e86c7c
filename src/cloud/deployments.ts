import { stripVTControlCharacters } from 'node:util';
import * as v from 'valibot';
import { Failure } from '../failure.ts';
import { type HttpClient, path } from '../http/client.ts';
import { PageBody, parseItems } from '../http/lists.ts';
import { timeOf } from '../time.ts';
import { DeploymentResource } from './shapes.ts';
import { type FollowContext, followToEnd, hasEnded, listCall, type WorkKind } from './started-work.ts';

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
};

/** The newest deployments of an environment, as read from the service. */
export interface SeenDeployments {
  /** The deployments, the newest first. */
  readonly deployments: readonly Deployment[];
  /** The time of the response in milliseconds since 1970, on the service's clock. */
  readonly at: number | undefined;
}

/** Returns the running deployments. A deployment older than a successful one has ended, whatever its status. */
export function runningIn(deployments: readonly Deployment[]): readonly Deployment[] {
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
  const running = runningIn(deployments);
  const deployment = running.find((one) => beganAfter(one, bornAt));
  if (deployment !== undefined) return { kind: 'on-its-way', deployment };

  const [newest] = deployments;
  const runsOlder = isInEffect(deployments, bornAt);
  if (newest !== undefined && running.length === 0 && !hasSucceeded(newest)) {
    const why = `The newest deployment, ${newest.id}, ended as ${newest.status}`;
    return { kind: 'behind', why, runsOlder };
  }
  if (runsOlder) return { kind: 'live' };
  return { kind: 'behind', why: 'A declared process is younger than the newest deployment', runsOlder };
}

/** True if a deployment that began after this time has succeeded, or if there is no deployment. */
export function isInEffect(deployments: readonly Deployment[], bornAt: number | undefined): boolean {
  const succeeded = deployments.find(hasSucceeded);
  return deployments.length === 0 || (succeeded !== undefined && beganAfter(succeeded, bornAt));
}

/**
 * True if the deployment began at or after this time, or if one of the two is unknown. Recorded: starts are to the
 * second. A start in the second of a finer time counts as after it: a step creates a process, then deploys.
 */
export function beganAfter({ startedAt }: Deployment, time: number | undefined): boolean {
  if (startedAt === undefined || time === undefined) return true;
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
    fix: 'Correct the cause, and push again',
  });
}

const Text = v.nullish(v.string(), '');
const Step = v.object({ step: Text, status: Text, description: Text, output: Text });
const Phase = v.nullish(v.object({ steps: v.nullish(v.array(Step), []) }), {});

/** The logs of a deployment. Source: Laravel Cloud's OpenAPI description (a plain object, no JSON:API). */
const Logs = v.object({ data: v.object({ build: Phase, deploy: Phase }) });

/** Reads the step at which a deployment failed: the last step with a failed status, else the last step with output. */
export async function readFailingStep(client: HttpClient, deploymentId: string) {
  const { data } = await client.json(
    {
      method: 'GET',
      path: path`/deployments/${deploymentId}/logs`,
      what: `Reading the logs of deployment ${deploymentId}`,
    },
    Logs,
  );
  const steps = [...data.data.build.steps, ...data.data.deploy.steps];
  const failing =
    steps.findLast(({ status }) => /fail|error|cancel/i.test(status)) ??
    steps.findLast(({ output }) => output !== '');
  if (failing === undefined) return undefined;
  const { description, step, status, output } = failing;
  return {
    name: description || step || 'a step without a name',
    status: status || 'unknown',
    output: asPrinted(output),
  };
}

/** Returns the text that a terminal would show: no escape sequences, and the last state of an overwritten line. */
export function asPrinted(output: string): string {
  const lines = stripVTControlCharacters(output).replaceAll('\r\n', '\n').split('\n');
  return lines.map((line) => line.split('\r').findLast((state) => state.trim() !== '') ?? '').join('\n');
}
