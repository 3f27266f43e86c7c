import * as v from 'valibot';
import type { HttpCall, HttpClient } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import { path } from '../http/path.ts';
import { type Following, followToEnd, lookAfterLoss } from './following.ts';
import { readBothEnds } from './lists.ts';
import { DeploymentResource, one, theOne } from './shapes.ts';

export interface Deployment {
  readonly id: string;
  /** A word of the API: `pending`, `build.running`, … */
  readonly status: string;
  readonly failureReason: string | undefined;
}

/** Recorded: these and no others are final; `build.succeeded` is not. A word not known yet counts as not final. */
const finalWords = ['deployment.succeeded', 'deployment.failed', 'build.failed', 'failed', 'cancelled'];

function hasEnded({ status }: Deployment): boolean {
  return finalWords.includes(status);
}

export function hasSucceeded({ status }: Deployment): boolean {
  return status === 'deployment.succeeded';
}

export interface Redeploying extends Following {
  /** What `recent` has shown since the change, where that is known already. */
  readonly seen: readonly Deployment[] | undefined;
  /** Told the id as soon as it is known. */
  readonly onStart: (id: string) => void;
}

/**
 * Deploys an environment once, and follows the deployment to its end, good or bad. One that runs already is waited for
 * first: it began before the change, and does not carry it.
 */
export async function redeploy(
  client: HttpClient,
  environmentId: string,
  following: Redeploying,
): Promise<Deployment> {
  const started = await start(client, environmentId, following);
  following.did(`started deployment ${started.id}`);
  following.onStart(started.id);
  return await follow(client, started, following);
}

/** How often a deployment is asked for, when answers are lost or another deployment gets in first. */
const maxStarts = 5;

async function start(client: HttpClient, environmentId: string, following: Redeploying): Promise<Deployment> {
  for (let attempt = 1; ; attempt++) {
    const seen = attempt === 1 ? following.seen : undefined;
    const before = await afterRunning(client, environmentId, following, seen);
    try {
      const { data } = await client.json(
        {
          method: 'POST',
          path: path`/environments/${environmentId}/deployments`,
          what: 'Starting a deployment',
        },
        one(DeploymentResource),
      );
      return deploymentFrom(data.data);
    } catch (error) {
      if (!(error instanceof HttpFailure) || attempt === maxStarts) throw error;
      if (error.isLost) {
        following.log(
          `The answer to the deploy request was lost (${error.reason}); looking whether it took effect`,
        );
        following.did('a deployment was asked for, and the answer was lost: it may have started');
        const known = new Set(before.map(({ id }) => id));
        const fresh = await appeared(client, environmentId, known, following);
        if (fresh !== undefined) return fresh;
      } else if (error.status === 409 || error.status === 422) {
        // Not told how Cloud says that one is in progress: whether one is decides. A list may show it late, but where
        // Cloud names fields, they are what is wrong.
        if (!(await isRunning(client, environmentId, following, error.fields.length === 0))) throw error;
        following.log('Another deployment got in first');
      } else throw error;
    }
  }
}

/** What a lost request started, if anything shows within some seconds. */
async function appeared(
  client: HttpClient,
  environmentId: string,
  known: ReadonlySet<string>,
  following: Following,
): Promise<Deployment | undefined> {
  return await lookAfterLoss(
    async () => (await recent(client, environmentId)).find(({ id }) => !known.has(id)),
    following,
  );
}

async function isRunning(
  client: HttpClient,
  environmentId: string,
  following: Following,
  mayLag: boolean,
): Promise<boolean> {
  const look = async () =>
    (await recent(client, environmentId)).some((deployment) => !hasEnded(deployment)) ? true : undefined;
  const shown = (await look()) ?? (mayLag ? await lookAfterLoss(look, following) : undefined);
  return shown === true;
}

/** Waits until no deployment is running, and gives what there is then. */
async function afterRunning(
  client: HttpClient,
  environmentId: string,
  following: Following,
  seen: readonly Deployment[] | undefined,
): Promise<readonly Deployment[]> {
  let deployments = seen ?? (await recent(client, environmentId));
  for (;;) {
    const running = deployments.find((deployment) => !hasEnded(deployment));
    if (running === undefined) return deployments;
    following.log(`Waiting for deployment ${running.id}, which is running already (${running.status})`);
    await follow(client, running, following);
    deployments = await recent(client, environmentId);
  }
}

async function follow(client: HttpClient, first: Deployment, following: Following): Promise<Deployment> {
  const read = async () => {
    const call: HttpCall = {
      method: 'GET',
      path: path`/deployments/${first.id}`,
      what: `Reading deployment ${first.id}`,
    };
    return deploymentFrom((await client.json(call, theOne(DeploymentResource, first.id))).data.data);
  };
  return await followToEnd(
    first,
    { what: `Deployment ${first.id}`, read, hasEnded, limit: 'wait-timeout' },
    following,
  );
}

/** The deployments that can be running. */
export async function recent(client: HttpClient, environmentId: string): Promise<readonly Deployment[]> {
  const call: HttpCall = {
    method: 'GET',
    path: path`/environments/${environmentId}/deployments`,
    what: `Listing the deployments of ${environmentId}`,
  };
  return (await readBothEnds(client, call, DeploymentResource)).map(deploymentFrom);
}

function deploymentFrom({ id, attributes }: DeploymentResource): Deployment {
  return { id, status: attributes.status, failureReason: attributes.failure_reason ?? undefined };
}

/** A step of a deployment, with what it printed. */
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
    output: failing.output ?? '',
  };
}
