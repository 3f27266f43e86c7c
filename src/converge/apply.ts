import { Cancelled, messageOf, reasonOf } from '../failure.ts';
import { differs } from './changes.ts';
import { Claim } from './claim.ts';
import { Vanished } from './create-once.ts';
import { ensure } from './ensure.ts';
import { bySpecificity } from './identity.ts';
import type { Existing } from './listing.ts';
import type { Runtime } from './look.ts';
import {
  isUpsert,
  type Operation,
  type OperationOf,
  type PlaceState,
  placeName,
  processIn,
  type Upsert,
} from './plan.ts';
import { waitUntilGone } from './remove.ts';
import type { OperationResult } from './results.ts';
import type { Semaphore } from './semaphore.ts';
import type { Service, World } from './service.ts';

/**
 * Opens the processes of a place for one operation. Its requests go through the operation's claim, and its log lines
 * through a runtime that adds the operation's name.
 */
export type Open<S, P extends Existing> = (
  claim: Claim<P>,
  runtime: Runtime,
  spec?: S,
) => Omit<World<S, P>, 'runtime' | 'service'>;

export interface ApplyWorld<S, P extends Existing> {
  readonly service: Service<S, P>;
  readonly runtime: Runtime;
  openAt(state: PlaceState<S, P>): Open<S, P>;
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
  const works = states.map(
    (state) => new PlaceWork(ofPlace.get(state.place.id) ?? [], world.openAt(state), world),
  );
  const made = (await Promise.all(works.map((work) => work.makeAll()))).flat();
  const allMade = made.every(({ status }) => status === 'done');
  const removed = (await Promise.all(works.map((work) => work.removeAll(allMade)))).flat();
  const results = new Map([...made, ...removed].map((result) => [result.operation, result]));
  return operations.flatMap((operation) => results.get(operation) ?? []);
}

class PlaceWork<S, P extends Existing> {
  readonly #operations: readonly Operation<S, P>[];
  readonly #open: Open<S, P>;
  readonly #world: ApplyWorld<S, P>;
  /** The operation of each process, by id: a process of one operation is no candidate for another. */
  readonly #owners = new Map<string, Operation<S, P>>();

  constructor(operations: readonly Operation<S, P>[], open: Open<S, P>, world: ApplyWorld<S, P>) {
    this.#operations = operations;
    this.#open = open;
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
      deletes.map((operation) => (allMade ? this.#remove(operation) : heldBack(operation))),
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
      const claim = this.#claimFor(operation);
      const result = await this.#make(operation, claim);
      results.push(result);
      if (result.status !== 'done' && claim.unknown) unknown = operation;
    }
    return results;
  }

  async #make(operation: Upsert<S, P>, claim: Claim<P>): Promise<OperationResult<S, P>> {
    const { service } = this.#world;
    const { spec } = operation;
    let known: string | undefined;
    const runtime = this.#runtimeOf(operation, (line, kind) => {
      known = kind === 'unknown' ? `it is not known ${line}` : line;
    });
    const { renamed, ...place } = this.#open(claim, runtime, spec);
    // Deletions come last: until then, one of these processes may have the declared name.
    const holderMayGo = this.#operations.some(({ action }) => action === 'delete');
    try {
      const wanted = { spec, ifExists: 'update', dryRun: false } as const;
      const { outcome, process, changes, ignored, otherName, madeByOther } = await ensure(wanted, {
        ...place,
        ...(renamed && holderMayGo ? { renamed } : {}),
        service,
        runtime,
      });
      if (otherName !== undefined)
        runtime.warn(`another process has its name, so it is named ${otherName}; set another name`);
      if (Object.keys(ignored).length > 0)
        runtime.warn(`${process.id} ${differs(ignored)}: the service did not accept the declared value`);
      this.#owners.set(process.id, operation);
      runtime.log(`${outcome} (${process.id})`);
      return { ...fine, operation, status: 'done', outcome, process, changes, madeByOther };
    } catch (error) {
      return failedUpsert(operation, claim, error, known);
    } finally {
      this.#world.onChange();
    }
  }

  async #remove(operation: OperationOf<'delete', S, P>): Promise<OperationResult<S, P>> {
    const { process } = operation;
    const claim = this.#claimFor(operation);
    const runtime = this.#runtimeOf(operation, () => undefined);
    let known: string | undefined;
    try {
      const { store } = this.#open(claim, runtime);
      store.mayWrite();
      await store.remove(process.id);
      known = `asked to remove ${process.id}`;
      await waitUntilGone([process], { store, runtime });
      runtime.log(`deleted (${process.id})`);
      return { ...nothingDone, ...fine, operation, status: 'done', outcome: 'deleted', process };
    } catch (error) {
      return { ...nothingDone, ...told(error, known), operation, status: statusOf(error, claim), process };
    } finally {
      this.#world.onChange();
    }
  }

  #runtimeOf({ place, subject }: Operation<S, P>, checkpoint: Runtime['checkpoint']): Runtime {
    const { runtime } = this.#world;
    const named = (line: string): string => `${placeName(place)}, ${subject}: ${line}`;
    return {
      ...runtime,
      checkpoint,
      log: (line) => runtime.log(named(line)),
      warn: (line) => runtime.warn(named(line)),
    };
  }

  #claimFor(operation: Operation<S, P>): Claim<P> {
    const owners = this.#owners;
    return new Claim({
      semaphore: this.#world.semaphore,
      cancelled: this.#world.runtime.cancelled,
      isOpenTo: ({ id }) => (owners.get(id) ?? operation) === operation,
      onCreated: ({ id }) => owners.set(id, operation),
    });
  }
}

const nothingDone = { outcome: undefined, changes: {} } as const;
const fine = { error: undefined, why: undefined } as const;

function untouched<S, P extends Existing>(operation: Operation<S, P>): readonly OperationResult<S, P>[] {
  if (operation.action !== 'keep' && operation.action !== 'undeclared') return [];
  const outcome = operation.action === 'keep' ? 'unchanged' : 'undeclared';
  const { process } = operation;
  return [{ ...nothingDone, ...fine, operation, status: 'done', outcome, process }];
}

function heldBack<S, P extends Existing>(operation: OperationOf<'delete', S, P>): OperationResult<S, P> {
  return notBegun(operation, 'a change before it failed');
}

function notBegun<S, P extends Existing>(operation: Operation<S, P>, why: string): OperationResult<S, P> {
  return { ...nothingDone, operation, status: 'not-done', process: processIn(operation), error: why, why };
}

/** Returns the whole message of a failure, and its reason alone for a reader who sees the process beside it. */
function told(error: unknown, known: string | undefined): Pick<OperationResult, 'error' | 'why'> {
  const soFar = known === undefined ? '' : ` So far: ${known}.`;
  return { error: messageOf(error) + soFar, why: reasonOf(error) + soFar };
}

function failedUpsert<S, P extends Existing>(
  operation: Upsert<S, P>,
  claim: Claim<P>,
  error: unknown,
  known: string | undefined,
): OperationResult<S, P> {
  const made = error instanceof Vanished ? undefined : claim.made;
  const result = {
    ...nothingDone,
    operation,
    status: statusOf(error, claim),
    // A replacement is not done while the old process still exists.
    outcome: made !== undefined && operation.action === 'create' ? ('created' as const) : undefined,
    process: made ?? processIn(operation),
  };
  if (error instanceof Cancelled && result.outcome === 'created') {
    const why = 'the step was cancelled before it had checked for duplicates made by parallel runs';
    return { ...result, error: `${known}; ${why}`, why };
  }
  return { ...result, ...told(error, known) };
}

function statusOf(error: unknown, { wrote }: Pick<Claim<Existing>, 'wrote'>): 'failed' | 'not-done' {
  return error instanceof Cancelled && !wrote ? 'not-done' : 'failed';
}
