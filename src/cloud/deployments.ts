import * as v from 'valibot';
import type { HttpCall, HttpClient } from '../http/client.ts';
import { one } from '../http/json-api.ts';
import { path } from '../http/path.ts';
import { timeOf } from '../time.ts';
import { type FollowContext, followToEnd } from './following.ts';
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

const ReadDeployment = v.pipe(DeploymentResource, v.transform(deploymentFrom));

const { attributes } = DeploymentResource.entries;

/** A deployment in the response that started it. Only its id is required: without a status it is pending. */
export const StartedDeployment = v.pipe(
  v.object({ ...DeploymentResource.entries, attributes: v.fallback(attributes, { status: 'pending' }) }),
  v.transform(deploymentFrom),
);

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

/** The newest deployments of an environment, as read from the service. */
export interface SeenDeployments {
  /** The deployments, the newest first. */
  readonly deployments: readonly Deployment[];
  /** The time of the response in milliseconds since 1970, on the service's clock. */
  readonly at: number | undefined;
}

/** The statuses of an ended deployment. Recorded: only these, not `build.succeeded`. */
const finalWords = ['deployment.succeeded', 'deployment.failed', 'build.failed', 'failed', 'cancelled'];
const openWords = /^(pending|build\.succeeded|\w+\.(pending|created|queued|running))$/;

/** True for an ended deployment. With an unknown status, the date of the end decides. */
export function hasEnded({ status, finishedAt }: Deployment): boolean {
  return finalWords.includes(status) || (finishedAt !== undefined && !openWords.test(status));
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

/** Reads the newest deployments of an environment: the first page of the list. */
export async function readDeployments(client: HttpClient, environmentId: string): Promise<SeenDeployments> {
  const what = `Listing the deployments of ${environmentId}`;
  const call: HttpCall = { method: 'GET', path: deploymentsOf(environmentId), what };
  const { items, at } = await readFirstPage(client, call, ReadDeployment);
  return { deployments: items, at };
}

export function deploymentsOf(environmentId: string): string {
  return path`/environments/${environmentId}/deployments`;
}

/** Follows a deployment to its end, successful or not. Throws a `StillGoing` at the deadline. */
export async function followDeployment(
  client: HttpClient,
  first: Deployment,
  following: FollowContext,
): Promise<Deployment> {
  const { id } = first;
  const call: HttpCall = { method: 'GET', path: path`/deployments/${id}`, what: `Reading deployment ${id}` };
  const read = async () => (await client.json(call, one(ReadDeployment, id))).data.data;
  const fix = 'It continues in Laravel Cloud. Look there how it ends, or raise wait-timeout';
  return await followToEnd({ what: `Deployment ${id}`, first, read, hasEnded, fix }, following);
}
