import { waitForCommit } from '../../cloud/commit-deployment.ts';
import { readDeployments, type SeenDeployments } from '../../cloud/deployments.ts';
import { asksForLive, following, patientFor, type RolloutContext } from './context.ts';

/** Early requests for the deployments of environments, so that the step need not wait for them later. */
export interface ReadAhead {
  begin(environmentId: string): void;
  /** Returns the deployments; undefined if they were not requested, or the request failed. */
  seen(environmentId: string | undefined): Promise<SeenDeployments | undefined>;
}

/** Requests the deployments early if a step needs them even when it changes nothing. */
export function readAhead({ session, goals }: Pick<RolloutContext, 'session' | 'goals'>): ReadAhead {
  const readings = new Map<string | undefined, Promise<SeenDeployments | undefined>>();
  return {
    begin(environmentId) {
      // The wait for an environment calls `begin` after each read.
      if (readings.has(environmentId) || !asksForLive(goals) || goals.commit !== undefined) return;
      const reading = readDeployments(session.within().client, environmentId);
      readings.set(
        environmentId,
        reading.catch(() => undefined),
      );
    },
    seen: async (environmentId) => await readings.get(environmentId),
  };
}

/**
 * Waits for the deployment of the commit that `wait-for-commit` names. Returns the deployments after the wait; undefined
 * without `wait-for-commit`.
 */
export async function awaitCommit(
  rollout: RolloutContext,
  environmentId: string,
): Promise<SeenDeployments | undefined> {
  const { goals } = rollout;
  const { step } = rollout.session;
  if (goals.commit === undefined) return undefined;
  const commit = goals.commit.slice(0, 7);
  step.doing(`waiting for the deployment of commit ${commit}`);
  const watch = following(rollout.session, 'commit', goals.waitTimeout);
  const seen = await waitForCommit(patientFor(rollout), environmentId, goals.commit, watch);
  step.log.info(`Commit ${commit} is deployed`);
  return seen;
}
