import { waitForCommit } from '../../cloud/commit-deployment.ts';
import { readDeployments, type SeenDeployments } from '../../cloud/deployments.ts';
import { asksForLive, following, patientFor, type RolloutContext } from './context.ts';

/** Early requests for the deployments of environments, so that the step need not wait for them later. */
export interface ReadAhead {
  begin(environmentId: string): void;
  /** Returns the deployments; undefined if they were not requested just now, or the request failed. */
  seen(environmentId: string | undefined): Promise<SeenDeployments | undefined>;
}

/** Milliseconds after which a list of deployments is out of date. Time under the rate limit does not count. */
const longestAge = 30_000;

/** Requests the deployments early if a step needs them even when it changes nothing. */
export function readAhead({ session, goals }: Pick<RolloutContext, 'session' | 'goals'>): ReadAhead {
  interface Reading {
    readonly seen: Promise<SeenDeployments | undefined>;
    readonly begunAt: number;
  }
  const readings = new Map<string | undefined, Reading>();
  const { clock } = session.client;
  return {
    begin(environmentId) {
      // The wait for an environment calls `begin` after each read.
      if (readings.has(environmentId) || !asksForLive(goals) || goals.commit !== undefined) return;
      const reading = readDeployments(session.within().client, environmentId);
      readings.set(environmentId, { seen: reading.catch(() => undefined), begunAt: clock.now() });
    },
    async seen(environmentId) {
      const reading = readings.get(environmentId);
      // The step may have waited since then, such as for a cluster of the environment.
      return reading === undefined || clock.now() - reading.begunAt > longestAge
        ? undefined
        : await reading.seen;
    },
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
