import type { Environment } from '../cloud/environment.ts';
import type { Instance } from '../cloud/instances.ts';
import { lint } from '../cloud/lint.ts';
import { type Load, memoryWarning } from '../cloud/memory.ts';
import type { ExistingProcess } from '../cloud/process.ts';
import { cloudService } from '../cloud/service.ts';
import { type ProcessSpec, processesOfNew } from '../cloud/spec.ts';
import { CloudStore } from '../cloud/store.ts';
import { findInEnvironment, pickInstances } from '../cloud/target.ts';
import type { Listing } from '../converge/listing.ts';
import type { Operation, Place, Plan } from '../converge/plan.ts';
import { Semaphore } from '../converge/semaphore.ts';
import { type Planned, settledPlan } from '../converge/settled-plan.ts';
import type { HttpClient } from '../http/client.ts';
import type { Manifest } from '../manifest/read.ts';
import type { Step } from '../runner/step.ts';
import { waitingFor } from '../time.ts';
import type { ApplyInputs } from './inputs/apply.ts';
import { maxConcurrency, runtimeOf, workDeadline } from './inputs/connection.ts';
import { named, namesIn } from './inputs/target.ts';

/** What the manifest declares next to what there is. */
export interface CloudPlan extends Planned<ProcessSpec, ExistingProcess> {
  readonly environment: Environment;
  readonly instances: readonly Instance[];
}

/** What else happens on the way to a plan. */
export interface Beside {
  /** Told as soon as it is known which environment it is. */
  onEnvironment(id: string): void;
  /** Done before anything is planned; says whether that took time, so that everything is to be read again. */
  beforePlan(environment: Environment): Promise<boolean>;
}

/** Reads what there is, and plans. Throws a `Failure` when the plan would have to guess. */
export async function readAndPlan(
  step: Step,
  client: HttpClient,
  inputs: ApplyInputs,
  beside: Beside,
): Promise<CloudPlan> {
  const { environment, instances, seen } = await findInstances(step, client, inputs, beside.onEnvironment);
  const isStale = await beside.beforePlan(environment);
  step.doing(`planning ${inputs.file}`);
  const patient = client.within(workDeadline(step, inputs.connection, 2_000 * instances.length));
  const semaphore = new Semaphore(maxConcurrency);
  const look = async ({ id }: Place): Promise<Listing<ExistingProcess>> => {
    const instance = instances.find((one) => one.id === id);
    return await semaphore.run(() => new CloudStore(patient, id, { instance }).list());
  };
  const first = await Promise.all(
    instances.map(async (place, index) => ({
      place,
      declared: inputs.manifest.places[index]?.processes.map(({ spec }) => spec) ?? [],
      listing: (isStale ? undefined : seen.get(place.id)) ?? (await look(place)),
    })),
  );
  const { states, plan } = await settledPlan(
    first,
    look,
    { service: cloudService, prune: inputs.prune },
    { runtime: runtimeOf(step, patient, 'plan') },
  );
  warnOf(step, inputs.manifest, instances, plan);
  return { environment, instances, states, plan };
}

/** Warns of what is likely to go wrong with what is declared, where it is declared. */
function warnOf(
  step: Step,
  { places }: Manifest<ProcessSpec>,
  instances: readonly Instance[],
  { operations }: Plan<ProcessSpec, ExistingProcess>,
): void {
  const processesOf = new Map(
    operations.flatMap((one) => ('spec' in one ? [[one.spec, processesIn(one)] as const] : [])),
  );
  for (const [index, { processes }] of places.entries()) {
    const maxReplicas = instances[index]?.maxReplicas;
    for (const { spec, place } of processes) {
      const scale = { processes: processesOf.get(spec) ?? processesOfNew, maxReplicas };
      for (const line of lint(spec, scale)) step.warn(line, place);
    }
  }
  for (const instance of instances) {
    const staying = operations.filter(({ place, action }) => place.id === instance.id && action !== 'delete');
    const warning = memoryWarning(instance, staying.map(loadOf));
    if (warning !== undefined) step.warn(warning);
  }
}

/** How many processes an operation leaves running. */
function processesIn(operation: Operation<ProcessSpec, ExistingProcess>): number {
  const changed = 'changes' in operation ? operation.changes['processes']?.to : undefined;
  return Number(changed ?? operation.settings['processes'] ?? processesOfNew);
}

function loadOf(operation: Operation<ProcessSpec, ExistingProcess>): Load {
  const processes = processesIn(operation);
  if ('process' in operation) return { processes, command: operation.process.command };
  return { processes, command: operation.spec.type === 'custom' ? operation.spec.command : undefined };
}

async function findInstances(
  step: Step,
  client: HttpClient,
  { application, connection, environment, manifest, wait }: ApplyInputs,
  onEnvironment: (id: string) => void,
): Promise<{
  environment: Environment;
  instances: readonly Instance[];
  /** What the way to them has shown already. */
  seen: ReadonlyMap<string, Listing<ExistingProcess>>;
}> {
  step.doing(`${wait > 0 ? 'waiting' : 'looking'} for the environment "${environment}"`);
  const { found, picked } = await findInEnvironment(
    client.within(workDeadline(step, connection, wait)),
    { application, environment, ...namesIn(step), withProcesses: true },
    { ...waitingFor({ ...step, clock: client.clock }, wait), log: (line) => step.log.info(line) },
    (candidates) => pickInstances(candidates, manifest.places),
    onEnvironment,
  );
  const names = picked.map(named).join(', ');
  step.log.info(`Environment ${named(found.environment)}, instances ${names}`);
  return { environment: found.environment, instances: picked, seen: found.listings };
}
