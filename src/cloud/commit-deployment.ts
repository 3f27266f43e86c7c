import { Failure } from '../failure.ts';
import type { HttpClient } from '../http/client.ts';
import {
  type Deployment,
  hasEnded,
  hasSucceeded,
  readDeployments,
  type SeenDeployments,
} from './deployments.ts';
import { type FollowContext, followToEnd } from './following.ts';

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
