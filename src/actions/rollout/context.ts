import { readDeployments, type SeenDeployments, waitForCommit } from '../../cloud/deployments.ts';
import { type Environment, environmentOf, readEnvironment, whyAsleep } from '../../cloud/environment.ts';
import { type Instance, readInstance } from '../../cloud/instances.ts';
import type { ExistingProcess } from '../../cloud/process.ts';
import type { FollowContext } from '../../cloud/started-work.ts';
import { Failure } from '../../failure.ts';
import type { HttpClient } from '../../http/client.ts';
import { HttpFailure } from '../../http/failure.ts';
import type { Outputs } from '../../runner/step.ts';
import { waitingFor } from '../../time.ts';
import type { RolloutGoals } from '../inputs/goals.ts';
import type { Session } from '../session.ts';

export interface RolloutContext {
  readonly session: Session;
  readonly goals: RolloutGoals;
  readonly ahead: ReadAhead;
  /** Called with `environment-id` and `deployment-id`, each as soon as it is known. */
  readonly onLive: (outputs: Outputs) => void;
  /** Called when a deployment has succeeded. `asleep`: the reason why nothing runs in the environment yet. */
  readonly onDeployed?: (deploymentId: string, asleep: string | undefined) => void;
  /** False if the step has one notice for all of its environments. */
  readonly tellsAlone?: boolean;
  /** Called when the declared processes wait for a deployment, although this step has changed nothing. */
  readonly onBehind?: () => void;
}

/** The step's change to the processes, with its environment and instance. */
export interface StepChange {
  readonly kind: 'changed' | 'unchanged' | 'made-by-other' | 'would-change' | 'would-keep';
  /** The change as a sentence for messages: `The worker on queue high was created`. */
  readonly done: string;
  /** The change in a few words for headlines: `Created`, `1 created, 1 updated`. */
  readonly short: string;
  /** Undefined if the environment has not been read. */
  readonly environment: Environment | undefined;
  /** The id of the instance, from which the rollout finds an unknown environment. */
  readonly instanceId: string | undefined;
  /** The declared processes that exist. */
  readonly processes: readonly PlacedProcess[];
}

export interface LocatedChange extends StepChange {
  readonly environment: Environment;
}

export interface PlacedProcess {
  readonly process: ExistingProcess;
  /** Undefined if only the instance's id is known. */
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

/** Returns the outputs of the requested proofs before they run: `skipped`. */
export function unproved({ verification, stableFor }: RolloutGoals): Outputs {
  return {
    ...(stableFor > 0 ? { stable: 'skipped' } : {}),
    ...(verification === undefined ? {} : { verified: 'skipped' }),
  };
}

/** Reads an environment again, since it may have woken up or fallen asleep. Returns `known` if the request fails. */
export async function readAgain(session: Session, known: Environment): Promise<Environment> {
  try {
    return await readEnvironment(session.within().client, known.id);
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    session.step.log.debug(`The environment could not be read. ${error.message}`);
    return known;
  }
}

/** An instance and its environment, as far as they are known. */
interface Located {
  readonly environment: Environment | undefined;
  readonly instance?: Instance | undefined;
  readonly instanceId: string | undefined;
}

/** Reads the instance and the environment if not known. Throws a `Failure` if the latter stays unknown. */
export async function locate(session: Session, { environment, instance, instanceId }: Located) {
  const isKnown = environment !== undefined && instance !== undefined;
  const read = isKnown || !instanceId ? instance : await readInstance(session.within().client, instanceId);
  const id = read?.environmentId;
  const found = environment ?? read?.environment ?? (id === undefined ? undefined : environmentOf(id));
  if (found === undefined) {
    throw new Failure({
      what: 'The environment',
      headline: 'The environment is not known',
      why: `Laravel Cloud does not report which one the ${instanceId ? `cluster ${instanceId}` : 'process'} belongs to`,
      fix: 'Set environment',
    });
  }
  // A list of instances may not have included it: then it is not known whether it sleeps.
  const isRead = found.status !== undefined;
  return { environment: isRead ? found : await readAgain(session, found), instance: read };
}

/** Returns the client for requests about deployments. */
export function patientFor({ session, goals }: RolloutContext): HttpClient {
  return session.within(goals.waitTimeout).client;
}

/** Returns the context for following a deployment or a command for at most `span` milliseconds. */
export function following({ step }: Session, subject: string, span: number): FollowContext {
  return {
    ...waitingFor(step, span),
    log: (line) => step.log.info(line),
    did: (line, kind) => step.did(subject, line, kind),
  };
}

/** Milliseconds after which a list of deployments is out of date. Time under the rate limit does not count. */
const longestAge = 30_000;

/** Early requests for the deployments of environments, so that the step need not wait for them later. */
export class ReadAhead {
  readonly #session: Session;
  readonly #goals: RolloutGoals;
  readonly #readings = new Map<string, { seen: Promise<SeenDeployments | undefined>; begunAt: number }>();

  constructor(session: Session, goals: RolloutGoals) {
    this.#session = session;
    this.#goals = goals;
  }

  /** Requests the deployments early if the step needs them even when it changes nothing. */
  begin(environmentId: string): void {
    // The wait for an environment calls `begin` after each read.
    if (this.#readings.has(environmentId) || !asksForLive(this.#goals) || this.#goals.commit !== undefined)
      return;
    const reading = readDeployments(this.#session.within().client, environmentId);
    this.keep(
      environmentId,
      reading.catch(() => undefined),
    );
  }

  keep(environmentId: string, seen: Promise<SeenDeployments | undefined>): void {
    this.#readings.set(environmentId, { seen, begunAt: this.#session.client.clock.now() });
  }

  /** Returns the deployments; undefined if they were not requested just now, or the request failed. */
  async seen(environmentId: string): Promise<SeenDeployments | undefined> {
    const reading = this.#readings.get(environmentId);
    // The step may have waited since then, such as for a cluster of the environment.
    const isOld = reading === undefined || this.#session.client.clock.now() - reading.begunAt > longestAge;
    return isOld ? undefined : await reading.seen;
  }
}

/** Waits for `wait-for-commit`. Returns the environment after it; undefined without the input. */
export async function awaitCommit(
  rollout: RolloutContext,
  environment: Environment,
): Promise<Environment | undefined> {
  const { goals, ahead } = rollout;
  const { step } = rollout.session;
  if (goals.commit === undefined) return undefined;
  const commit = goals.commit.slice(0, 7);
  step.doing(`waiting for the deployment of commit ${commit}`);
  const watch = following(rollout.session, 'commit', goals.waitTimeout);
  const seen = await waitForCommit(patientFor(rollout), environment.id, goals.commit, watch);
  ahead.keep(environment.id, Promise.resolve(seen));
  step.log.info(`Commit ${commit} or a newer one is deployed`);
  // The deployment may have woken the environment.
  const isAwake = whyAsleep(environment) === undefined;
  return isAwake ? environment : await readAgain(rollout.session, environment);
}
