import type { HttpClient } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import {
  type Deployment,
  deploymentsOf,
  followDeployment,
  hasSucceeded,
  ReadDeployment,
  readDeployments,
  runningIn,
} from './deployments.ts';
import type { FollowContext } from './following.ts';
import { startOnce, watchFor } from './start-once.ts';

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
  for (;;) {
    const [newest] = seen;
    const carrying = runningIn(seen).find((one) => deploying.carries(one));
    if (carrying !== undefined) return await followOn(client, environmentId, carrying, deploying);
    if (newest !== undefined && hasSucceeded(newest) && deploying.carries(newest)) return newest;
    const [running] = runningIn(seen);
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

/** Starts a deployment. Undefined if another deployment began first. */
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
    // No documentation says how Cloud refuses a deployment while another is in progress. A list decides, which may lag.
    // If the response names fields of the request, the fields are wrong: then there is no wait for the list.
    const running = async () => runningIn(await list())[0];
    const shown =
      (await running()) ?? (error.fields.length === 0 ? await watchFor(running, deploying) : undefined);
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
    const ended = await followDeployment(client, current, following);
    if (ended.status !== 'cancelled') return ended;
    const { deployments } = await readDeployments(client, environmentId);
    const [newest] = deployments.findIndex(({ id }) => id === ended.id) > 0 ? deployments : [];
    if (newest === undefined) return ended;
    following.log(`Deployment ${ended.id} was cancelled, since ${newest.id} has begun; following that one`);
    current = newest;
  }
}
