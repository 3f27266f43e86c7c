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
import { type Operation, type Place, placeName } from '../converge/plan.ts';
import { Semaphore } from '../converge/semaphore.ts';
import { type Planned, settledPlan } from '../converge/settled-plan.ts';
import type { Mistake } from '../failure.ts';
import { maxConcurrency } from '../http/transport.ts';
import type { Manifest } from '../manifest/read.ts';
import type { ApplyInputs } from './inputs/apply.ts';
import { nameAndId, namesIn } from './inputs/target.ts';
import type { Session } from './session.ts';

export interface CloudPlan extends Planned<ProcessSpec, ExistingProcess> {
  readonly environment: Environment;
  readonly instances: readonly Instance[];
}

export interface Beside {
  /** Told as soon as it is known which environment it is. */
  onEnvironment(id: string): void;
  /** Done before anything is planned; says whether that took time, so that everything is to be read again. */
  beforePlan(environment: Environment): Promise<boolean>;
}

/** Reads what there is, and plans. Throws a `Failure` when the plan would have to guess. */
export async function readAndPlan(session: Session, inputs: ApplyInputs, beside: Beside): Promise<CloudPlan> {
  const { step } = session;
  const { seen, ...found } = await findInstances(session, inputs, beside.onEnvironment);
  const isStale = await beside.beforePlan(found.environment);
  step.doing(`planning ${inputs.file}`);
  const patient = session.within(2_000 * found.instances.length);
  const { manifest, prune } = inputs;
  const planned = await planInstances(
    { ...found, manifest, listings: isStale ? new Map() : seen },
    { session: patient, prune, semaphore: new Semaphore(maxConcurrency) },
  );
  for (const { text, place } of warningsOf(planned, manifest)) step.warn(text, place);
  return planned;
}

export interface ToPlan {
  readonly environment: Environment;
  /** Those that the manifest names, in its order. */
  readonly instances: readonly Instance[];
  readonly manifest: Manifest<ProcessSpec>;
  /** Their processes, where they have been listed already. */
  readonly listings: ReadonlyMap<string, Listing<ExistingProcess>>;
  /** What to call the environment, where the plan is about several. */
  readonly within?: string | undefined;
}

interface Planning {
  readonly session: Session;
  readonly prune: boolean;
  readonly semaphore: Semaphore;
}

/** Plans one environment. Throws a `Failure` when the plan would have to guess. */
export async function planInstances(
  { environment, instances, manifest, listings, within }: ToPlan,
  { session, prune, semaphore }: Planning,
): Promise<CloudPlan> {
  const look = async ({ id }: Place): Promise<Listing<ExistingProcess>> => {
    const instance = instances.find((one) => one.id === id);
    return await semaphore.run(() => new CloudStore(session.client, id, { instance }).list());
  };
  const first = await Promise.all(
    instances.map(async ({ id, name }, index) => ({
      place: { id, name, within },
      declared: manifest.places[index]?.processes.map(({ spec }) => spec) ?? [],
      listing: listings.get(id) ?? (await look({ id, name })),
    })),
  );
  const { states, plan } = await settledPlan(
    first,
    look,
    { service: cloudService, prune },
    { runtime: session.runtime('plan') },
  );
  return { environment, instances, states, plan };
}

export interface PlanWarning {
  readonly text: string;
  readonly place?: Mistake['place'] | undefined;
}

export function warningsOf(
  { instances, states, plan: { operations } }: CloudPlan,
  { places }: Manifest<ProcessSpec>,
): readonly PlanWarning[] {
  const processesOf = new Map(
    operations.flatMap((one) => ('spec' in one ? [[one.spec, processesIn(one)] as const] : [])),
  );
  const linted = places.flatMap(({ processes }, index) => {
    const maxReplicas = instances[index]?.maxReplicas;
    return processes.flatMap(({ spec, place }) => {
      const scale = { processes: processesOf.get(spec) ?? processesOfNew, maxReplicas };
      return lint(spec, scale).map((text) => ({ text, place }));
    });
  });
  const tight = instances.flatMap((instance, index) => {
    const staying = operations.filter(({ place, action }) => place.id === instance.id && action !== 'delete');
    const place = states[index]?.place ?? instance;
    const text = memoryWarning({ ...instance, name: placeName(place) }, staying.map(loadOf));
    return text === undefined ? [] : [{ text }];
  });
  return [...linted, ...tight];
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
  session: Session,
  { application, environment, manifest, wait }: ApplyInputs,
  onEnvironment: (id: string) => void,
): Promise<{
  environment: Environment;
  instances: readonly Instance[];
  /** What the way to them has shown already. */
  seen: ReadonlyMap<string, Listing<ExistingProcess>>;
}> {
  const { step } = session;
  step.doing(`${wait > 0 ? 'waiting' : 'looking'} for the environment "${environment}"`);
  const { found, picked } = await findInEnvironment(
    session.within(wait).client,
    { application, environment, ...namesIn(step), withProcesses: true },
    session.waiting(wait),
    (candidates) => pickInstances(candidates, manifest.places),
    onEnvironment,
  );
  const names = picked.map(nameAndId).join(', ');
  step.log.info(`Environment ${nameAndId(found.environment)}, clusters ${names}`);
  return { environment: found.environment, instances: picked, seen: found.listings };
}
