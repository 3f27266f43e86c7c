import { Cancelled, messageOf, reasonOf } from '../failure.ts';
import { ClaimedStore, SharedListing } from './claim.ts';
import { bySpecificity, differs, hasChanges } from './compare.ts';
import { ensure } from './ensure.ts';
import type { Existing, Listing } from './listing.ts';
import type { Runtime } from './look.ts';
import type { Semaphore } from './pace.ts';
import {
  isUpsert,
  type Operation,
  type OperationOf,
  type OperationResult,
  outcomeOf,
  type Place,
  type PlaceState,
  placeName,
  processIn,
  type Upsert,
} from './plan.ts';
import { waitUntilGone } from './remove.ts';
import type { Service, Store, World } from './service.ts';

export interface ApplyWorld<S, P extends Existing> {
  readonly service: Service<S, P>;
  readonly runtime: Runtime;
  /** Opens a place or, with `part`, a part of it: `service.partOf` names the parts. */
  storeOf(place: Place, part: string | undefined): Store<S, P>;
  /** Shared by parallel plans. */
  readonly semaphore: Semaphore;
  /** Called after each attempted change. */
  onChange(): void;
}

/**
 * Carries out a plan: creates and updates side by side, each create exactly once; then deletes, if nothing has failed.
 * A failed operation stops only those that depend on it. Never throws: it returns the results in the plan's order.
 */
export async function applyPlan<S, P extends Existing>(
  operations: readonly Operation<S, P>[],
  states: readonly PlaceState<S, P>[],
  world: ApplyWorld<S, P>,
): Promise<readonly OperationResult<S, P>[]> {
  const ofPlace = Map.groupBy(operations, ({ place }) => place.id);
  const works = states.map((state) => new PlaceWork(ofPlace.get(state.place.id) ?? [], state, world));
  const made = (await Promise.all(works.map((work) => work.makeAll()))).flat();
  const allMade = made.every(({ status }) => status === 'done');
  const removed = (await Promise.all(works.map((work) => work.removeAll(allMade)))).flat();
  const results = new Map([...made, ...removed].map((result) => [result.operation, result]));
  return operations.flatMap((operation) => results.get(operation) ?? []);
}

class PlaceWork<S, P extends Existing> {
  readonly #operations: readonly Operation<S, P>[];
  readonly #state: PlaceState<S, P>;
  readonly #world: ApplyWorld<S, P>;
  /** The stores of the place and of its parts, each with the list that its operations share. */
  readonly #stores = new Map<string | undefined, readonly [Store<S, P>, SharedListing<Listing<P>>]>();
  /** The operation of each process, by id: a process of one operation is no candidate for another. */
  readonly #owners = new Map<string, Operation<S, P>>();

  constructor(operations: readonly Operation<S, P>[], state: PlaceState<S, P>, world: ApplyWorld<S, P>) {
    this.#operations = operations;
    this.#state = state;
    this.#world = world;
    for (const operation of operations)
      if (operation.action !== 'create') this.#owners.set(operation.process.id, operation);
  }

  async makeAll(): Promise<readonly OperationResult<S, P>[]> {
    const { identityOf } = this.#world.service;
    const families = Map.groupBy(this.#operations.filter(isUpsert), ({ spec }) => identityOf(spec).family);
    const results = await Promise.all([...families.values()].map((family) => this.#makeFamily(family)));
    return [...results.flat(), ...this.#operations.flatMap(untouched)];
  }

  /** Carries out the plan's deletions, or returns them as not done. */
  async removeAll(allMade: boolean): Promise<readonly OperationResult<S, P>[]> {
    const deletes = this.#operations.filter((operation) => operation.action === 'delete');
    return await Promise.all(
      deletes.map((operation) =>
        allMade ? this.#remove(operation) : notBegun(operation, 'a change before it failed'),
      ),
    );
  }

  /** Makes the processes of a family one after the other, the most specific first: they could be confused. */
  async #makeFamily(family: readonly Upsert<S, P>[]): Promise<readonly OperationResult<S, P>[]> {
    const { identityOf } = this.#world.service;
    const results: OperationResult<S, P>[] = [];
    let unknown: Upsert<S, P> | undefined;
    for (const operation of family.toSorted((a, b) =>
      bySpecificity(identityOf(a.spec), identityOf(b.spec)),
    )) {
      if (unknown !== undefined && operation.action === 'create') {
        const why = `it is unknown whether the ${unknown.subject} was created, and the two look the same`;
        results.push(notBegun(operation, why));
        continue;
      }
      const world = this.#begin(operation);
      const result = await this.#make(operation, world);
      results.push(result);
      if (result.status !== 'done' && world.store.unknown) unknown = operation;
    }
    return results;
  }

  async #make(operation: Upsert<S, P>, world: Begun<S, P>): Promise<OperationResult<S, P>> {
    const { runtime, store, told } = world;
    // Deletions come last: until then, one of these processes may have the declared name.
    const holderMayGo = this.#operations.some(({ action }) => action === 'delete');
    try {
      const { outcome, process, changes, ignored, otherName, madeByOther } = await ensure(
        { spec: operation.spec, ifExists: 'update', dryRun: false },
        { ...world, holderMayGo },
      );
      if (otherName !== undefined)
        runtime.warn(`another process has its name, so it is named ${otherName}; set another name`);
      if (hasChanges(ignored))
        runtime.warn(`${process.id} ${differs(ignored)}: the service did not accept the declared value`);
      this.#owners.set(process.id, operation);
      runtime.log(`${outcome} (${process.id})`);
      return { operation, status: 'done', outcome, process, changes, madeByOther };
    } catch (error) {
      return failedUpsert(operation, store, error, told.last);
    } finally {
      this.#world.onChange();
    }
  }

  async #remove(operation: OperationOf<'delete', S, P>): Promise<OperationResult<S, P>> {
    const { process } = operation;
    const world = this.#begin(operation);
    const { store, runtime, told } = world;
    try {
      store.mayWrite();
      await store.remove(process.id);
      runtime.checkpoint(`asked to remove ${process.id}`);
      await waitUntilGone([process], world);
      runtime.log(`deleted (${process.id})`);
      return { ...nothingDone, operation, status: 'done', outcome: 'deleted', process };
    } catch (error) {
      const status = statusOf(error, store);
      return { ...nothingDone, ...reasonsOf(error, told.last), operation, status, process };
    } finally {
      this.#world.onChange();
    }
  }

  /** Opens the place for an operation, whose checkpoints go into its result. */
  #begin(operation: Operation<S, P>): Begun<S, P> {
    const { service, runtime, semaphore } = this.#world;
    const owners = this.#owners;
    const told: Begun<S, P>['told'] = { last: undefined };
    const named = (line: string): string => `${placeName(operation.place)}, ${operation.subject}: ${line}`;
    const claim = {
      semaphore,
      cancelled: runtime.cancelled,
      isOpenTo: ({ id }: P) => (owners.get(id) ?? operation) === operation,
      onCreated: ({ id }: P) => owners.set(id, operation),
    };
    const part = 'spec' in operation ? service.partOf?.(operation.spec) : undefined;
    const store = new ClaimedStore(...this.#storeOf(part), claim);
    const own: Runtime = {
      ...runtime,
      checkpoint: (line, kind) => {
        told.last = kind === 'unknown' ? `it is not known ${line}` : line;
      },
      log: (line) => runtime.log(named(line)),
      warn: (line) => runtime.warn(named(line)),
    };
    return { service, store, runtime: own, told };
  }

  #storeOf(part: string | undefined): readonly [Store<S, P>, SharedListing<Listing<P>>] {
    const { place, listing } = this.#state;
    const { service, runtime, semaphore } = this.#world;
    const known = this.#stores.get(part);
    if (known !== undefined) return known;
    const isIn = (process: P): boolean => part === undefined || service.partOf?.(process) === part;
    const [processes, leaving] = [listing.processes.filter(isIn), listing.leaving.filter(isIn)];
    const store = this.#world.storeOf(place, part);
    const first = { ...listing, processes, leaving };
    const opened = [store, new SharedListing(() => store.list(), first, { ...runtime, semaphore })] as const;
    this.#stores.set(part, opened);
    return opened;
  }
}

/** An operation's world, and its last checkpoint. */
interface Begun<S, P extends Existing> extends World<S, P> {
  readonly store: ClaimedStore<S, P>;
  readonly told: { last: string | undefined };
}

const nothingDone = { outcome: undefined, changes: {} } as const;

function untouched<S, P extends Existing>(operation: Operation<S, P>): readonly OperationResult<S, P>[] {
  if (operation.action !== 'keep' && operation.action !== 'undeclared') return [];
  const { action, process } = operation;
  return [{ operation, status: 'done', outcome: outcomeOf[action], process, changes: {} }];
}

function notBegun<S, P extends Existing>(operation: Operation<S, P>, why: string): OperationResult<S, P> {
  return { ...nothingDone, operation, status: 'not-done', process: processIn(operation), error: why, why };
}

/** Returns the whole message of a failure, and its reason alone for a reader who sees the process beside it. */
function reasonsOf(error: unknown, known: string | undefined): Pick<OperationResult, 'error' | 'why'> {
  const soFar = known === undefined ? '' : ` So far: ${known}.`;
  return { error: messageOf(error) + soFar, why: reasonOf(error) + soFar };
}

function failedUpsert<S, P extends Existing>(
  operation: Upsert<S, P>,
  store: ClaimedStore<S, P>,
  error: unknown,
  known: string | undefined,
): OperationResult<S, P> {
  const { made } = store;
  const result = {
    ...nothingDone,
    operation,
    status: statusOf(error, store),
    // A replacement is not done while the old process still exists.
    outcome: made !== undefined && operation.action === 'create' ? ('created' as const) : undefined,
    process: made ?? processIn(operation),
  };
  if (error instanceof Cancelled && result.outcome === 'created') {
    const why = 'the step was cancelled before it had checked for duplicates made by parallel runs';
    return { ...result, error: `${known}; ${why}`, why };
  }
  return { ...result, ...reasonsOf(error, known) };
}

function statusOf(error: unknown, { wrote }: { readonly wrote: boolean }): 'failed' | 'not-done' {
  return error instanceof Cancelled && !wrote ? 'not-done' : 'failed';
}
