import { hasSucceeded, readDeployments, type SeenDeployments } from '../cloud/deployments.ts';
import { type Environment, readEnvironment, whyAsleep } from '../cloud/environment.ts';
import {
  describeExits,
  type Health,
  unknownHealth,
  watchedName,
  watchedOf,
} from '../cloud/environment-log.ts';
import {
  type EnvironmentInstances,
  type Instance,
  type ListedInstances,
  listInstances,
  readInstance,
} from '../cloud/instances.ts';
import type { ExistingProcess } from '../cloud/process.ts';
import { isTooBusy, lookBack } from '../cloud/stability.ts';
import { CloudStore } from '../cloud/store.ts';
import { findApplication, listEnvironments } from '../cloud/target.ts';
import { Semaphore } from '../converge/semaphore.ts';
import { Failure } from '../failure.ts';
import type { HttpClient } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import { maxConcurrency } from '../http/transport.ts';
import { NotThere, orNear } from '../names.ts';
import type { Inputs } from '../runner/inputs.ts';
import type { Step } from '../runner/step.ts';
import { counted } from '../text.ts';
import { findCloudTarget, findEnvironment, openStore, type TargetInputs } from './inputs/target.ts';
import { saySleep } from './report/environment.ts';
import { observe } from './rollout/stable.ts';
import { readingTime, type Session } from './session.ts';

export type StatusInputs = ReturnType<typeof readStatusInputs>;

const words = ['up', 'restarting', 'unknown'] as const satisfies readonly Health['status'][];

export function readStatusInputs(inputs: Inputs) {
  /** Milliseconds to look back in the environment's log; 0: without statuses. */
  const window = inputs.seconds('status-window', { min: 0, max: 86_400 }, 0);
  const given = (inputs.text('require-status') ?? '').split(',').map((word) => word.trim());
  /** The statuses that `require-status` allows; empty: any status. */
  const required = given.flatMap((word) => {
    const known = words.find((one) => one === word);
    if (known === undefined && word !== '')
      inputs.problem(
        'require-status',
        orNear(`must be some of ${words.join(', ')}, not ${JSON.stringify(word)}`, word, words),
      );
    return known ?? [];
  });
  if (given.some((word) => word !== '') && window === 0)
    inputs.problem('require-status', 'needs status-window: the seconds of the log that are looked at');
  return { window, required };
}

export interface Running {
  readonly environment: Environment | undefined;
  /** All environments of the application; only with `application` alone. */
  readonly environments?: readonly Environment[];
  readonly application?: string;
  readonly places: readonly RunningPlace[];
}

export interface RunningPlace {
  readonly id: string;
  /** The instance's name; the id if the name is unknown. */
  readonly name: string;
  /** Undefined only for an instance without processes that the input `instance` names by its id. */
  readonly instance: Instance | undefined;
  readonly processes: readonly ExistingProcess[];
  /** The instance's environment; only in a list of a whole application. */
  readonly within?: Environment;
}

/** Returns `App` or, in a list of a whole application, `production, App`. */
export function labelOf({ name, within }: RunningPlace): string {
  return within === undefined ? name : `${within.name}, ${name}`;
}

/**
 * Reads the processes of the instance that the inputs name; without `instance`, those of all instances of the
 * environment; with `application` alone, those of all environments of the application.
 */
export async function readRunning(session: Session, target: TargetInputs): Promise<Running> {
  const { application, environment, instance } = target;
  if (application !== undefined && environment === undefined && instance === undefined)
    return await runningInApplication(session, application);
  return environment !== undefined && instance === undefined
    ? await runningInEnvironment(session, { ...target, environment })
    : await runningOnInstance(session, target);
}

async function runningOnInstance(session: Session, target: TargetInputs): Promise<Running> {
  const found = await findCloudTarget(session, target, true);
  session.step.doing('listing the background processes');
  const store = openStore(session.within(), found);
  const { processes } = await store.list();
  const instance = found.instance ?? store.instance;
  const id = found.instanceId ?? '';
  return {
    environment: found.environment,
    places: [{ id, name: instance?.name ?? id, instance, processes }],
  };
}

async function runningInEnvironment(
  session: Session,
  { application, environment, wait }: TargetInputs & { readonly environment: string },
): Promise<Running> {
  const name = { application, environment, wait, withProcesses: true };
  const { found } = await findEnvironment(session, name, refuseNone);
  session.step.doing('listing the background processes');
  const { client } = session.within(2_000 * found.instances.length);
  const places = await listPlaces(client, found, new Semaphore(maxConcurrency));
  return { environment: found.environment, places };
}

async function listPlaces(
  client: HttpClient,
  { instances, listings }: Pick<ListedInstances, 'instances' | 'listings'>,
  semaphore: Semaphore,
): Promise<readonly RunningPlace[]> {
  return await Promise.all(
    instances.map(async (instance) => {
      const listing = listings.get(instance.id);
      const store = new CloudStore(client, instance.id, { instance, listing });
      const { processes } = listing ?? (await semaphore.run(() => store.list()));
      return { id: instance.id, name: instance.name, instance, processes };
    }),
  );
}

async function runningInApplication(session: Session, application: string): Promise<Running> {
  session.step.doing(`looking for the application "${application}"`);
  const { client } = session.within(readingTime);
  const found = await findApplication(client, { application, repository: undefined });
  const environments = await listEnvironments(client, found.id);
  session.step.doing('listing the background processes');
  const [lists, stores] = [new Semaphore(maxConcurrency), new Semaphore(maxConcurrency)];
  const places = await Promise.all(
    environments.map(async (within) => {
      const include = { processes: true, environment: false };
      const listed = await lists.run(() => listInstances(client, within, include));
      return (await listPlaces(client, listed, stores)).map((place) => ({ ...place, within }));
    }),
  );
  return { environment: undefined, application: found.name, environments, places: places.flat() };
}

function refuseNone({ environment, instances }: EnvironmentInstances): void {
  if (instances.length > 0) return;
  throw new NotThere({
    what: `The environment "${environment.name}"`,
    why: 'it has no cluster yet',
    fix: 'Deploy it once, or check environment',
  });
}

/** Reads the status of each process from the environment's log. Returns the statuses by process id. */
export async function readStatuses(
  session: Session,
  running: Running,
  window: number,
): Promise<ReadonlyMap<string, Health>> {
  const { step } = session;
  const patient = session.within();
  const { environment, instance: read } = await environmentOfRunning(patient.client, running);
  if (running.environment === undefined) saySleep(step, environment);
  const watched = running.places.flatMap(({ processes, instance = read }) =>
    processes.map((process) => watchedOf(process, instance, environment)),
  );
  const asleep = whyAsleep(environment);
  if (asleep !== undefined || watched.length === 0)
    return healthsById(watched.map((process) => unknownHealth(process, asleep ?? '')));

  step.doing('reading the environment’s log');
  const { deployments, at } = await deploymentsIfAllowed(patient, environment);
  const observing = observe(patient, environment, session.serviceTime(at));
  return healthsById(await lookBack(watched, window, deployments.find(hasSucceeded)?.finishedAt, observing));
}

/** Returns the deployments; none if the token may not read them, since the log decides. */
async function deploymentsIfAllowed(
  { client, step }: Session,
  { id }: Environment,
): Promise<SeenDeployments> {
  try {
    return await readDeployments(client, id);
  } catch (error) {
    if (!(error instanceof HttpFailure) || error.status !== 403) throw error;
    step.log.debug(`The end of the newest deployment is not known. ${error.message}`);
    return { deployments: [], at: undefined };
  }
}

/** Returns the environment, and the instance if it was read for this. */
async function environmentOfRunning(
  client: HttpClient,
  { environment, places }: Running,
): Promise<{ readonly environment: Environment; readonly instance?: Instance | undefined }> {
  if (environment !== undefined) return { environment };
  const [place] = places;
  const known = place?.instance?.environmentId;
  const instance = known === undefined ? await readInstance(client, place?.id ?? '') : undefined;
  const environmentId = known ?? instance?.environmentId;
  if (environmentId !== undefined)
    return { environment: await readEnvironment(client, environmentId), instance };
  throw new Failure({
    what: 'The status of the processes',
    why: `Laravel Cloud does not report which environment the cluster ${place?.id} belongs to`,
    fix: 'Set environment',
  });
}

function healthsById(healths: readonly Health[]): ReadonlyMap<string, Health> {
  return new Map(healths.map((health) => [health.process.id, health]));
}

/** Warns of unknown statuses and of exits, except for processes that fail the step with `require-status`. */
export function warnOfStatuses(
  step: Step,
  { required }: StatusInputs,
  statuses: ReadonlyMap<string, Health>,
): void {
  for (const health of statuses.values()) {
    const { status, exits, why } = health;
    if (required.length > 0 && !required.includes(status)) continue;
    if (status === 'unknown') step.warn(`Whether ${watchedName(health.process)} runs is not known: ${why}.`);
    else if (exits.length > 0) step.warn(`${describeExits(health)}.`);
  }
}

export function requireStatus({ required }: StatusInputs, statuses: ReadonlyMap<string, Health>): void {
  if (required.length === 0) return;
  const unwanted = [...statuses.values()].filter(({ status }) => !required.includes(status));
  if (unwanted.length === 0) return;
  const count = `${unwanted.length} of ${counted(statuses.size, 'background process', 'background processes')}`;
  const wanted = required.join(' or ');
  throw new Failure({
    headline: `${count} ${unwanted.length === 1 ? 'is' : 'are'} not ${wanted}`,
    what: 'The background processes are not as required',
    why: `\n${unwanted.map((health) => `- ${describeStatus(health)}`).join('\n')}\n`,
    fix: unwanted.some(({ status }) => status === 'restarting')
      ? 'Read in the environment’s log in Laravel Cloud why they exit'
      : `To accept it, list ${[...new Set(unwanted.map(({ status }) => status))].join(' and ')} in require-status${unwanted.some(isTooBusy) ? '. With a shorter status-window the log can be read whole' : ''}`,
  });
}

function describeStatus(health: Health): string {
  const { process, status, why } = health;
  if (status === 'restarting') return `restarting: ${describeExits(health)}`;
  return `${status}: ${watchedName(process)}${why === undefined ? '' : ` (${why})`}`;
}
