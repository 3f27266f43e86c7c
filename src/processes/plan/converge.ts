import { Cancelled, messageOf } from '../../failure.ts';
import type { Clock } from '../../time/clock.ts';
import { ensure } from '../ensure.ts';
import type { ExistingProcess } from '../existing.ts';
import type { RaceDelays } from '../race-delays.ts';
import { removeForSure } from '../remove.ts';
import type { ProcessStore } from '../store.ts';
import { ClaimedStore } from './claimed-store.ts';
import { Limit } from './limit.ts';
import { bySpecificity, familyOf } from './match.ts';
import { type InstanceState, type Operation, type OperationOf, subjectOf } from './plan.ts';
import type { OperationResult } from './result.ts';
import { SharedListing } from './shared-listing.ts';

export interface ConvergeWorld {
  storeOf(instanceId: string): ProcessStore;
  readonly delays: RaceDelays;
  readonly clock: Clock;
  /** Aborted when nothing new should be started. */
  readonly cancelled: AbortSignal;
  /** Requests at once. */
  readonly concurrency: number;
  log(line: string): void;
}

type MakingOperation = OperationOf<'create' | 'update'>;

/**
 * Carries out a plan: creates and updates side by side, each create exactly once, and deletes last, only if all else
 * is done. A operation that fails stops only what depends on it. Never throws: the results, in the plan's order, tell all.
 */
export async function converge(
  operations: readonly Operation[],
  states: readonly InstanceState[],
  world: ConvergeWorld,
): Promise<readonly OperationResult[]> {
  const limit = new Limit(world.concurrency);
  const results = new Map<Operation, OperationResult>();
  const ofInstance = Map.groupBy(operations, ({ instance }) => instance.id);
  await Promise.all(
    states.map(async ({ instance, existing }) => {
      const own = ofInstance.get(instance.id) ?? [];
      const work = new InstanceWork(own, existing, world.storeOf(instance.id), limit, world);
      for (const result of await work.makeAll()) results.set(result.operation, result);
    }),
  );
  const made = [...results.values()].every(({ status }) => status === 'done');
  await Promise.all(
    operations.map(async (operation) => {
      if (operation.action !== 'delete') return;
      results.set(operation, made ? await remove(operation, limit, world) : heldBack(operation));
    }),
  );
  return operations.flatMap((operation) => results.get(operation) ?? []);
}

/** Creates and updates on one instance. */
class InstanceWork {
  readonly #operations: readonly Operation[];
  readonly #store: ProcessStore;
  readonly #limit: Limit;
  readonly #world: ConvergeWorld;
  readonly #listings: SharedListing;
  /** Whose process is which: what belongs to one operation is no candidate for another. */
  readonly #owners = new Map<string, Operation>();

  constructor(
    operations: readonly Operation[],
    existing: readonly ExistingProcess[],
    store: ProcessStore,
    limit: Limit,
    world: ConvergeWorld,
  ) {
    this.#operations = operations;
    this.#store = store;
    this.#limit = limit;
    this.#world = world;
    this.#listings = new SharedListing(store, existing, { ...world, limit });
    for (const operation of operations)
      if (operation.action !== 'create') this.#owners.set(operation.process.id, operation);
  }

  async makeAll(): Promise<readonly OperationResult[]> {
    const making = this.#operations.filter(
      (operation) => operation.action === 'create' || operation.action === 'update',
    );
    const families = Map.groupBy(making, ({ spec }) => familyOf(spec));
    const results = await Promise.all([...families.values()].map((family) => this.#makeFamily(family)));
    return [
      ...results.flat(),
      ...this.#operations.filter((operation) => operation.action === 'keep').map(kept),
    ];
  }

  /** One after the other, since these could be taken for each other; the most specific first. */
  async #makeFamily(family: readonly MakingOperation[]): Promise<readonly OperationResult[]> {
    const results: OperationResult[] = [];
    let unknown: MakingOperation | undefined;
    for (const operation of family.toSorted((a, b) => bySpecificity(a.spec, b.spec))) {
      if (unknown !== undefined && operation.action === 'create') {
        const why = `not begun, since it is not known what became of the ${subjectOf(unknown)}, which may look the same`;
        results.push({ ...nothingDone, operation, status: 'not-done', process: undefined, error: why });
        continue;
      }
      const store = this.#storeFor(operation);
      const result = await this.#make(operation, store);
      results.push(result);
      if (result.status !== 'done' && store.unknown) unknown = operation;
    }
    return results;
  }

  async #make(operation: MakingOperation, store: ClaimedStore): Promise<OperationResult> {
    const { log, delays } = this.#world;
    const name = `${operation.instance.name}, ${subjectOf(operation)}`;
    let known: string | undefined;
    try {
      const wanted = { spec: operation.spec, ifExists: 'update', dryRun: false } as const;
      const { outcome, process, changes, others } = await ensure(wanted, {
        store,
        delays,
        did: (line) => {
          known = line;
        },
        log: (line) => log(`${name}: ${line}`),
      });
      if (process !== undefined) this.#owners.set(process.id, operation);
      log(`${name}: ${outcome}${process === undefined ? '' : ` (${process.id})`}`);
      return {
        operation,
        status: 'done',
        outcome: outcome === 'created' || outcome === 'updated' ? outcome : 'unchanged',
        process,
        changes,
        error: undefined,
        others,
      };
    } catch (error) {
      return failedMaking(operation, store, error, known);
    }
  }

  #storeFor(operation: MakingOperation): ClaimedStore {
    const owners = this.#owners;
    return new ClaimedStore({
      store: this.#store,
      limit: this.#limit,
      listings: this.#listings,
      cancelled: this.#world.cancelled,
      isOpenTo: ({ id }) => (owners.get(id) ?? operation) === operation,
      onCreated: ({ id }) => owners.set(id, operation),
    });
  }
}

async function remove(
  operation: OperationOf<'delete'>,
  limit: Limit,
  { storeOf, cancelled, log }: ConvergeWorld,
): Promise<OperationResult> {
  const { process, instance } = operation;
  let wrote = false;
  try {
    await limit.run(async () => {
      cancelled.throwIfAborted();
      wrote = true;
      await removeForSure(storeOf(instance.id), process.id);
    });
    log(`${instance.name}, ${subjectOf(operation)}: deleted (${process.id})`);
    return { ...nothingDone, operation, status: 'done', outcome: 'deleted', process, error: undefined };
  } catch (error) {
    return { ...nothingDone, operation, status: statusOf(error, wrote), process, error: messageOf(error) };
  }
}

const nothingDone = { outcome: undefined, changes: {}, others: [] } as const;

function kept(operation: OperationOf<'keep'>): OperationResult {
  const { process } = operation;
  return { ...nothingDone, operation, status: 'done', outcome: 'unchanged', process, error: undefined };
}

function heldBack(operation: OperationOf<'delete'>): OperationResult {
  const error = 'held back, since not everything that should be created or updated was';
  return { ...nothingDone, operation, status: 'not-done', process: operation.process, error };
}

function failedMaking(
  operation: MakingOperation,
  store: ClaimedStore,
  error: unknown,
  known: string | undefined,
): OperationResult {
  const before = operation.action === 'update' ? operation.process : undefined;
  return {
    ...nothingDone,
    operation,
    status: statusOf(error, store.wrote),
    outcome: store.made === undefined ? undefined : 'created',
    process: store.made ?? before,
    error: store.wrote && known !== undefined ? `${messageOf(error)} Known: ${known}.` : messageOf(error),
  };
}

function statusOf(error: unknown, wrote: boolean): 'failed' | 'not-done' {
  return error instanceof Cancelled && !wrote ? 'not-done' : 'failed';
}
