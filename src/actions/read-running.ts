import type { Environment } from '../cloud/environment.ts';
import {
  type EnvironmentInstances,
  type Instance,
  type ListedInstances,
  listInstances,
} from '../cloud/instances.ts';
import type { ExistingProcess } from '../cloud/process.ts';
import { CloudStore } from '../cloud/store.ts';
import { findApplication, listEnvironments } from '../cloud/target.ts';
import { Semaphore } from '../converge/pace.ts';
import type { HttpClient } from '../http/client.ts';
import { maxConcurrency } from '../http/transport.ts';
import { NotThere } from '../names.ts';
import { findCloudTarget, findEnvironment, openStore, type TargetInputs } from './inputs/target.ts';
import { readingTime, type Session } from './session.ts';

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
