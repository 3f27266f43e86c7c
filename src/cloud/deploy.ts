import type { HttpClient } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import {
  type Deployment,
  deployments,
  hasSucceeded,
  readDeployments,
  runningIn,
  withReading,
} from './deployments.ts';
import { type FollowContext, follow, hasEnded, startOnce, watchFor } from './started-work.ts';

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
    const shown = await watchFor(begun, deploying, error.fields.length === 0 ? undefined : 0);
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
    const newer = await watchFor(look, following, 5_000);
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
