import type { Environment } from '../cloud/environment.ts';
import type { Instance } from '../cloud/instances.ts';
import type { ExistingProcess } from '../cloud/process.ts';
import { CloudStore } from '../cloud/store.ts';
import { type EnvironmentInstances, findInEnvironment } from '../cloud/target.ts';
import { Semaphore } from '../converge/semaphore.ts';
import type { HttpClient } from '../http/client.ts';
import { NotThere } from '../names.ts';
import type { Step } from '../runner/step.ts';
import { waitingFor } from '../time.ts';
import { type Connection, maxConcurrency, workDeadline } from './inputs/connection.ts';
import { findTarget, namesIn, openStore, type TargetInputs } from './inputs/target.ts';

/** What runs where. */
export interface Running {
  readonly environment: Environment | undefined;
  readonly places: readonly RunningPlace[];
}

export interface RunningPlace {
  readonly id: string;
  /** Undefined only where an instance was given by its id and nothing runs on it. */
  readonly instance: Instance | undefined;
  readonly processes: readonly ExistingProcess[];
}

/** Reads what the one instance runs that the inputs name, or, without one, every instance of the environment. */
export async function readRunning(
  step: Step,
  client: HttpClient,
  connection: Connection,
  target: TargetInputs,
): Promise<Running> {
  const { environment, instance } = target;
  return environment !== undefined && instance === undefined
    ? await readEnvironment(step, client, connection, { ...target, environment })
    : await readInstance(step, client, connection, target);
}

async function readInstance(
  step: Step,
  client: HttpClient,
  connection: Connection,
  target: TargetInputs,
): Promise<Running> {
  const found = await findTarget(step, client, connection, target, true);
  step.doing('listing the background processes');
  const store = openStore(step, client, connection, found);
  const { processes } = await store.list();
  const instance = found.instance ?? store.instance;
  return {
    environment: found.environment,
    places: [{ id: found.instanceId ?? '', instance, processes }],
  };
}

async function readEnvironment(
  step: Step,
  client: HttpClient,
  connection: Connection,
  { application, environment, wait }: TargetInputs & { readonly environment: string },
): Promise<Running> {
  step.doing(`${wait > 0 ? 'waiting' : 'looking'} for the environment "${environment}"`);
  const { found } = await findInEnvironment(
    client.within(workDeadline(step, connection, wait)),
    { application, environment, ...namesIn(step), withProcesses: true },
    { ...waitingFor({ ...step, clock: client.clock }, wait), log: (line) => step.log.info(line) },
    refuseNone,
  );
  step.doing('listing the background processes');
  const patient = client.within(workDeadline(step, connection, 2_000 * found.instances.length));
  const semaphore = new Semaphore(maxConcurrency);
  const places = await Promise.all(
    found.instances.map(async (instance) => {
      const listing = found.listings.get(instance.id);
      const store = new CloudStore(patient, instance.id, { instance, listing });
      const { processes } = listing ?? (await semaphore.run(() => store.list()));
      return { id: instance.id, instance, processes };
    }),
  );
  return { environment: found.environment, places };
}

function refuseNone({ environment, instances }: EnvironmentInstances): void {
  if (instances.length > 0) return;
  throw new NotThere({
    what: `The environment ${environment.name}`,
    why: 'it has no instances',
    fix: 'Deploy it once, or check environment',
  });
}
