import { type Environment, readEnvironment } from '../../cloud/environment.ts';
import type { FollowContext } from '../../cloud/following.ts';
import type { Instance } from '../../cloud/instances.ts';
import type { ExistingProcess } from '../../cloud/process.ts';
import type { HttpClient } from '../../http/client.ts';
import { HttpFailure } from '../../http/failure.ts';
import type { Outputs } from '../../runner/step.ts';
import { waitingFor } from '../../time.ts';
import type { RolloutGoals } from '../inputs/goals.ts';
import type { Session } from '../session.ts';

/** What a rollout works with. */
export interface RolloutContext {
  readonly session: Session;
  readonly goals: RolloutGoals;
  /** Told `environment-id` and `deployment-id` as soon as they are known. */
  readonly onLive: (outputs: Outputs) => void;
  /** Told that a deployment has succeeded, and why nothing runs all the same, if so. */
  readonly onDeployed?: (deploymentId: string, asleep: string | undefined) => void;
  /** False where something else has said that this is a second deployment. */
  readonly tellsPush?: boolean;
  /** Told that what is declared waits for a deployment, though this step has changed nothing. */
  readonly onBehind?: () => void;
}

/** What the step has done to the processes, and where. */
export interface StepChange {
  readonly kind: 'changed' | 'unchanged' | 'made-by-other' | 'would-change' | 'would-keep';
  /** `The worker on queue high was created`, for messages. */
  readonly done: string;
  /** The same in a word or two, for headlines: `Created`, `1 created, 1 updated`. */
  readonly short: string;
  /** Undefined where it has not been read. */
  readonly environment: Environment | undefined;
  /** Says which environment it is, where that is not known. */
  readonly instanceId: string | undefined;
  /** The declared processes that exist. */
  readonly processes: readonly PlacedProcess[];
}

export interface LocatedChange extends StepChange {
  readonly environment: Environment;
}

export interface PlacedProcess {
  readonly process: ExistingProcess;
  /** Undefined where nothing but its id is known. */
  readonly instance: Instance | undefined;
}

export function isDryRun({ kind }: Pick<StepChange, 'kind'>): boolean {
  return kind === 'would-change' || kind === 'would-keep';
}

export function asksForLive(goals: RolloutGoals): boolean {
  return goals.redeploy || proves(goals);
}

export function proves({ verification, stableFor }: RolloutGoals): boolean {
  return verification !== undefined || stableFor > 0;
}

/** The outputs of the proofs that are asked for, as long as there is none. */
export function unproved({ verification, stableFor }: RolloutGoals): Outputs {
  return {
    ...(stableFor > 0 ? { stable: 'skipped' } : {}),
    ...(verification === undefined ? {} : { verified: 'skipped' }),
  };
}

/** An environment as it is now, since it may have been woken or put to sleep; as it is known where that cannot be read. */
export async function readAgain(session: Session, known: Environment): Promise<Environment> {
  try {
    return await readEnvironment(session.within().client, known.id);
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    session.step.log.debug(`The environment could not be read. ${error.message}`);
    return known;
  }
}

/** For all that is about deployments. */
export function patientFor({ session, goals }: RolloutContext): HttpClient {
  return session.within(goals.waitTimeout).client;
}

/** What a step waits for in Laravel Cloud, until `span` milliseconds have passed. */
export function following({ step }: Session, subject: string, span: number): FollowContext {
  return {
    ...waitingFor(step, span),
    log: (line) => step.log.info(line),
    did: (line, kind) => step.did(subject, line, kind),
  };
}
