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
  const read = async () => {
    const seen = await readDeployments(client, environmentId);
    const place = seen.deployments.findIndex((one) =>
      one.commit?.toLowerCase().startsWith(commit.toLowerCase()),
    );
    const since = seen.deployments.slice(0, place + 1);
    const [newest] = since;
    const succeeded = since.find(hasSucceeded);
    const decisive = succeeded ?? since.find((one) => !hasEnded(one));
    if (newest !== undefined && decisive === undefined) throw notDeployed(what, newest);
    const status = decisive === undefined ? 'not there' : `${decisive.status} (${decisive.id})`;
    return { ...seen, status, isLive: succeeded !== undefined };
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
