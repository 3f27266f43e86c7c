import { stripVTControlCharacters } from 'node:util';
import * as v from 'valibot';
import { skipRepeats } from '../converge/settle.ts';
import { Failure } from '../failure.ts';
import type { HttpCall, HttpClient } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import { one } from '../http/json-api.ts';
import { path } from '../http/path.ts';
import { inSeconds, poll, timeOf } from '../time.ts';
import { type FollowContext, followPauses, followToEnd, lookAfterLoss } from './following.ts';
import { readFirstPage } from './recent.ts';
import { DeploymentResource } from './shapes.ts';

export interface Deployment {
  readonly id: string;
  /** A word of the API: `pending`, `build.running`, … */
  readonly status: string;
  readonly failureReason: string | undefined;
  readonly commit: string | undefined;
  /** In milliseconds since 1970; recorded: to the second. */
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
}

/** The deployments of an environment, the newest first, and when they were read, on the service's clock. */
export interface SeenDeployments {
  readonly deployments: readonly Deployment[];
  readonly at: number | undefined;
}

/** Recorded: these and no others are final; `build.succeeded` is not. A word not known yet counts as not final. */
const finalWords = ['deployment.succeeded', 'deployment.failed', 'build.failed', 'failed', 'cancelled'];

export function hasEnded({ status }: Deployment): boolean {
  return finalWords.includes(status);
}

export function hasSucceeded({ status }: Deployment): boolean {
  return status === 'deployment.succeeded';
}

/** The deployments of an environment, as far as they are on the first page. */
export async function readDeployments(client: HttpClient, environmentId: string): Promise<SeenDeployments> {
  const call: HttpCall = {
    method: 'GET',
    path: path`/environments/${environmentId}/deployments`,
    what: `Listing the deployments of ${environmentId}`,
  };
  const { items, at } = await readFirstPage(client, call, DeploymentResource);
  return { deployments: items.map(deploymentFrom), at };
}

export interface DeployContext extends FollowContext {
  readonly seen: readonly Deployment[];
  /** Does this deployment put what is declared into effect? */
  carries(deployment: Deployment): boolean;
  /** Told the id of each deployment that is followed. */
  readonly onFollow: (id: string) => void;
}

/** How often a deployment is asked for, when answers are lost or another deployment gets in first. */
const maxStarts = 5;

/**
 * Follows a deployment that carries what is declared to its end, good or bad. Somebody else's is as good as an own one;
 * only where none is there is one started, once those that run have ended.
 */
export async function deploy(
  client: HttpClient,
  environmentId: string,
  deploying: DeployContext,
): Promise<Deployment> {
  let { seen } = deploying;
  for (let starts = 0; ; ) {
    const [newest] = seen;
    const carrying = seen.find((one) => !hasEnded(one) && deploying.carries(one));
    if (carrying !== undefined) return await followOn(client, environmentId, carrying, deploying);
    if (newest !== undefined && hasSucceeded(newest) && deploying.carries(newest)) return newest;
    const running = seen.find((one) => !hasEnded(one));
    if (running !== undefined) {
      deploying.log(
        `Waiting for deployment ${running.id}, which began before the change (${running.status})`,
      );
      await followDeployment(client, running, deploying);
    } else {
      const started = await startDeployment(client, environmentId, seen, ++starts === maxStarts, deploying);
      if (started !== undefined) return await followOn(client, environmentId, started, deploying);
    }
    seen = (await readDeployments(client, environmentId)).deployments;
  }
}

/** Undefined where it has not started: another one got in first, or the request was lost. */
async function startDeployment(
  client: HttpClient,
  environmentId: string,
  before: readonly Deployment[],
  isLast: boolean,
  deploying: DeployContext,
): Promise<Deployment | undefined> {
  try {
    const call = { method: 'POST', what: 'Starting a deployment' } as const;
    const { data } = await client.json(
      { ...call, path: path`/environments/${environmentId}/deployments` },
      one(DeploymentResource),
    );
    const started = deploymentFrom(data.data);
    deploying.did(`started deployment ${started.id}, which goes on in Laravel Cloud`, 'going');
    deploying.log(`Deployment ${started.id} has started`);
    return started;
  } catch (error) {
    if (!(error instanceof HttpFailure) || isLast) throw error;
    const look = async () => (await readDeployments(client, environmentId)).deployments;
    if (error.isLost) {
      deploying.log(
        `The answer to the deploy request was lost (${error.reason}); looking whether it took effect`,
      );
      deploying.did('whether a deployment has started, since the answer to the request was lost', 'unknown');
      const known = new Set(before.map(({ id }) => id));
      const found = await lookAfterLoss(
        async () => (await look()).find(({ id }) => !known.has(id)),
        deploying,
      );
      if (found === undefined) deploying.log('No deployment has started');
      return found;
    }
    if (error.status !== 409 && error.status !== 422) throw error;
    // Not documented: how Cloud says that one is in progress. A list may show it late, but where fields are named, they
    // are what is wrong.
    const running = async () => (await look()).find((seen) => !hasEnded(seen));
    const shown =
      (await running()) ?? (error.fields.length === 0 ? await lookAfterLoss(running, deploying) : undefined);
    if (shown === undefined) throw error;
    deploying.log('Another deployment got in first');
    return undefined;
  }
}

/** Follows a deployment to its end and, where a newer one has cancelled it, the newer one. */
export async function followOn(
  client: HttpClient,
  environmentId: string,
  first: Deployment,
  following: Pick<DeployContext, 'onFollow'> & FollowContext,
): Promise<Deployment> {
  let current = first;
  for (;;) {
    following.onFollow(current.id);
    const ended = await followDeployment(client, current, following);
    if (ended.status !== 'cancelled') return ended;
    const { deployments } = await readDeployments(client, environmentId);
    const newer = deployments.slice(
      0,
      Math.max(
        0,
        deployments.findIndex(({ id }) => id === ended.id),
      ),
    );
    const [newest] = newer;
    if (newest === undefined) return ended;
    following.log(`Deployment ${ended.id} was cancelled, since ${newest.id} has begun; following that one`);
    current = newest;
  }
}

async function followDeployment(
  client: HttpClient,
  first: Deployment,
  following: FollowContext,
): Promise<Deployment> {
  const read = async () => {
    const call: HttpCall = {
      method: 'GET',
      path: path`/deployments/${first.id}`,
      what: `Reading deployment ${first.id}`,
    };
    return deploymentFrom((await client.json(call, one(DeploymentResource, first.id))).data.data);
  };
  const what = `Deployment ${first.id}`;
  return await followToEnd(first, { what, read, hasEnded, limit: 'wait-timeout' }, following);
}

/**
 * Waits until the environment's deployment of a commit, or a newer one, has succeeded. Throws a `Failure` when it fails, or
 * when none appears in time.
 */
export async function waitForCommit(
  client: HttpClient,
  environmentId: string,
  commit: string,
  following: FollowContext,
): Promise<SeenDeployments> {
  const what = `The deployment of commit ${shortSha(commit)}`;
  const log = skipRepeats(following.log);
  let said = '';
  let hasAppeared = false;
  const say = (line: string): void => {
    said = line;
    log(line);
  };
  const found = await poll(
    async () => {
      const seen = await readDeployments(client, environmentId);
      const place = seen.deployments.findIndex((one) => isOf(one, commit));
      hasAppeared = place !== -1;
      if (!hasAppeared) return say(`${what} is not there yet`);
      const since = seen.deployments.slice(0, place + 1);
      if (since.some(hasSucceeded)) return seen;
      const running = since.find((one) => !hasEnded(one));
      if (running === undefined) throw notDeployed(what, since[0]);
      return say(`${what} is ${running.id}: ${running.status}`);
    },
    {
      ...following,
      ...followPauses,
      onProgress: (seconds) => following.log(`Still waiting after ${seconds} s: ${said}`),
    },
  );
  if (found !== undefined) return found;
  throw new Failure({
    what,
    why: hasAppeared
      ? `it has not ended in ${inSeconds(following.deadline.span)} (${said})`
      : `none has appeared in ${inSeconds(following.deadline.span)}`,
    fix: 'Check that Laravel Cloud deploys this branch (push to deploy, or a deploy hook before this step) and that wait-for-commit is its commit, or raise wait-timeout',
  });
}

function isOf({ commit: deployed = '' }: Deployment, commit: string): boolean {
  return deployed.toLowerCase().startsWith(commit.toLowerCase());
}

function notDeployed(what: string, newest: Deployment | undefined): Failure {
  const reason = newest?.failureReason === undefined ? '' : `: ${newest.failureReason}`;
  return new Failure({
    what,
    headline: `${what} did not succeed`,
    details: `Deployment ${newest?.id} ended as ${newest?.status}${reason}`,
    why: `${newest?.id} ended as ${newest?.status}${reason}`,
    fix: 'Correct what makes the deployment fail, and push again',
  });
}

function shortSha(commit: string): string {
  return commit.slice(0, 7);
}

function deploymentFrom({ id, attributes }: DeploymentResource): Deployment {
  return {
    id,
    status: attributes.status,
    failureReason: attributes.failure_reason,
    commit: attributes.commit_hash,
    startedAt: timeOf(attributes.started_at),
    finishedAt: timeOf(attributes.finished_at),
  };
}

export interface LoggedStep {
  readonly name: string;
  readonly status: string;
  readonly output: string;
}

const Phase = v.nullish(
  v.object({
    steps: v.nullish(
      v.array(
        v.object({
          step: v.nullish(v.string()),
          status: v.nullish(v.string()),
          description: v.nullish(v.string()),
          output: v.nullish(v.string()),
        }),
      ),
    ),
  }),
);

/** Source: the deployment logs of Laravel Cloud's OpenAPI description (a plain object, no JSON:API). */
const Logs = v.object({ data: v.object({ build: Phase, deploy: Phase }) });

/** The step at which a deployment failed: the one that says so, else the last one that printed something. */
export async function readFailingStep(
  client: HttpClient,
  deploymentId: string,
): Promise<LoggedStep | undefined> {
  const { data } = await client.json(
    {
      method: 'GET',
      path: path`/deployments/${deploymentId}/logs`,
      what: `Reading the logs of deployment ${deploymentId}`,
    },
    Logs,
  );
  const { build, deploy } = data.data;
  const steps = [...(build?.steps ?? []), ...(deploy?.steps ?? [])];
  const failing =
    steps.findLast(({ status }) => /fail|error|cancel/i.test(status ?? '')) ??
    steps.findLast(({ output }) => (output ?? '') !== '');
  if (failing === undefined) return undefined;
  return {
    name: failing.description ?? failing.step ?? 'a step without a name',
    status: failing.status ?? 'unknown',
    output: asPrinted(failing.output ?? ''),
  };
}

/** What a terminal would show in the end: without its escapes and, of a line that overwrites itself, the last state. */
export function asPrinted(output: string): string {
  const lines = stripVTControlCharacters(output).replaceAll('\r\n', '\n').split('\n');
  return lines.map((line) => line.split('\r').findLast((state) => state.trim() !== '') ?? '').join('\n');
}
