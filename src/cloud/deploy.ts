import type { HttpClient } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import {
  type Deployment,
  deploymentsOf,
  followDeployment,
  hasEnded,
  hasSucceeded,
  ReadDeployment,
  readDeployments,
} from './deployments.ts';
import type { FollowContext } from './following.ts';
import { startOnce, watchFor } from './start-once.ts';

export interface DeployContext extends FollowContext {
  readonly seen: readonly Deployment[];
  /** Does this deployment put what is declared into effect? */
  carries(deployment: Deployment): boolean;
  /** Told the id of each deployment that is followed. */
  readonly onFollow: (id: string) => void;
}

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
  for (;;) {
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
      const started = await startDeployment(client, environmentId, seen, deploying);
      if (started !== undefined) return await followOn(client, environmentId, started, deploying);
    }
    seen = (await readDeployments(client, environmentId)).deployments;
  }
}

/** Undefined where another one got in first. */
async function startDeployment(
  client: HttpClient,
  environmentId: string,
  before: readonly Deployment[],
  deploying: DeployContext,
): Promise<Deployment | undefined> {
  const list = async () => (await readDeployments(client, environmentId)).deployments;
  const start = {
    name: 'deployment',
    path: deploymentsOf(environmentId),
    schema: ReadDeployment,
    before,
    list,
  };
  try {
    const started = await startOnce(client, start, deploying);
    deploying.log(`Deployment ${started.id} has started`);
    return started;
  } catch (error) {
    if (!(error instanceof HttpFailure) || (error.status !== 409 && error.status !== 422)) throw error;
    // Not documented: how Cloud says that one is in progress. A list may show it late, but where fields are named, they
    // are what is wrong.
    const running = async () => (await list()).find((one) => !hasEnded(one));
    const shown =
      (await running()) ?? (error.fields.length === 0 ? await watchFor(running, deploying) : undefined);
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
    const [newest] = deployments.findIndex(({ id }) => id === ended.id) > 0 ? deployments : [];
    if (newest === undefined) return ended;
    following.log(`Deployment ${ended.id} was cancelled, since ${newest.id} has begun; following that one`);
    current = newest;
  }
}
