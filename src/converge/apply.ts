import { Cancelled, messageOf } from '../failure.ts';
import { Claim } from './claim.ts';
import { bySpecificity } from './identity.ts';
import type { Aged } from './listing.ts';
import { isMaking, type Making, type Operation, type OperationOf, type PlaceState } from './plan.ts';
import { ProcessFailure } from './process-failure.ts';
import type { OperationResult } from './result.ts';
import { Limit } from './semaphore.ts';
import type { Rules } from './service.ts';

/** Makes and removes the processes of one place. What it sends goes through the claim of the operation that it is for. */
export interface Maker<S, P extends Aged> {
  /** Makes the declared process exist, exactly once. `did` is told what is known by now; the last line counts. */
  make(
    operation: Making<S, P>,
    claim: Claim<P>,
    told: { did(line: string): void; warn(line: string): void; log(line: string): void },
  ): Promise<Made<P>>;
  /** Makes sure that a process is gone. */
  remove(process: P, claim: Claim<P>, log: (line: string) => void): Promise<void>;
}

export interface Made<P> {
  readonly outcome: 'created' | 'updated' | 'replaced' | 'unchanged';
  readonly process: P | undefined;
  readonly changes: OperationResult['changes'];
}

export interface ConvergeWorld<S, P extends Aged> {
  readonly rules: Pick<Rules<S, P>, 'identityOf'>;
  makerAt(state: PlaceState<S, P>, limit: Limit): Maker<S, P>;
  /** Aborted when nothing new should be started. */
  readonly cancelled: AbortSignal;
  /** Requests at once. */
  readonly concurrency: number;
  /** Told of each change that has been tried, however it ended. */
  onChange(): void;
  warn(line: string): void;
  log(line: string): void;
}

/** Of thousands of operations only so many are begun for each request that may be under way: each takes memory. */
const begunPerRequest = 10;

/**
 * Carries out a plan: creates and updates side by side, each create exactly once, and deletes last, only if all else
 * is done. An operation that fails stops only what depends on it. Never throws: the results, in the plan's order, tell all.
 */
export async function converge<S, P extends Aged>(
  operations: readonly Operation<S, P>[],
  states: readonly PlaceState<S, P>[],
  world: ConvergeWorld<S, P>,
): Promise<readonly OperationResult<S, P>[]> {
  const limit = new Limit(world.concurrency);
  const begun = new Limit(begunPerRequest * world.concurrency);
  const ofPlace = Map.groupBy(operations, ({ place }) => place.id);
  const works = states.map(
    (state) =>
      new PlaceWork(ofPlace.get(state.place.id) ?? [], world.makerAt(state, limit), {
        ...world,
        limit,
        begun,
      }),
  );
  const made = (await Promise.all(works.map((work) => work.makeAll()))).flat();
  const allMade = made.every(({ status }) => status === 'done');
  const removed = (await Promise.all(works.map((work) => work.removeAll(allMade)))).flat();
  const results = new Map([...made, ...removed].map((result) => [result.operation, result]));
  return operations.flatMap((operation) => results.get(operation) ?? []);
}

interface PlaceWorld<S, P extends Aged> extends ConvergeWorld<S, P> {
  /** Of requests under way, and of operations begun. */
  readonly limit: Limit;
  readonly begun: Limit;
}

/** The work at one place. */
class PlaceWork<S, P extends Aged> {
  readonly #operations: readonly Operation<S, P>[];
  readonly #maker: Maker<S, P>;
  readonly #world: PlaceWorld<S, P>;
  /** Whose process is which: what belongs to one operation is no candidate for another. */
  readonly #owners = new Map<string, Operation<S, P>>();

  constructor(operations: readonly Operation<S, P>[], maker: Maker<S, P>, world: PlaceWorld<S, P>) {
    this.#operations = operations;
    this.#maker = maker;
    this.#world = world;
    for (const operation of operations)
      if (operation.action !== 'create') this.#owners.set(operation.process.id, operation);
  }

  async makeAll(): Promise<readonly OperationResult<S, P>[]> {
    const { identityOf } = this.#world.rules;
    const families = Map.groupBy(this.#operations.filter(isMaking), ({ spec }) => identityOf(spec).family);
    const results = await Promise.all(
      [...families.values()].map((family) => this.#world.begun.run(() => this.#makeFamily(family))),
    );
    return [...results.flat(), ...this.#operations.flatMap(leftAlone)];
  }

  /** Deletes what the plan says, or says that it was held back. */
  async removeAll(allMade: boolean): Promise<readonly OperationResult<S, P>[]> {
    const deletes = this.#operations.filter((operation) => operation.action === 'delete');
    return await Promise.all(
      deletes.map((operation) => (allMade ? this.#remove(operation) : heldBack(operation))),
    );
  }

  /** One after the other, since these could be taken for each other; the most specific first. */
  async #makeFamily(family: readonly Making<S, P>[]): Promise<readonly OperationResult<S, P>[]> {
    const { identityOf } = this.#world.rules;
    const results: OperationResult<S, P>[] = [];
    let unknown: Making<S, P> | undefined;
    for (const operation of family.toSorted((a, b) =>
      bySpecificity(identityOf(a.spec), identityOf(b.spec)),
    )) {
      if (unknown !== undefined && operation.action === 'create') {
        const why = `not begun, since it is not known what became of the ${unknown.subject}, which may look the same`;
        results.push({ ...nothingDone, operation, status: 'not-done', process: undefined, error: why });
        continue;
      }
      const claim = this.#claimFor(operation);
      const result = await this.#make(operation, claim);
      results.push(result);
      if (result.status !== 'done' && claim.unknown) unknown = operation;
    }
    return results;
  }

  async #make(operation: Making<S, P>, claim: Claim<P>): Promise<OperationResult<S, P>> {
    const name = nameOf(operation);
    let known: string | undefined;
    try {
      const made = await this.#maker.make(operation, claim, {
        did: (line) => {
          known = line;
        },
        warn: (line) => this.#world.warn(`${name}: ${line}`),
        log: (line) => this.#world.log(`${name}: ${line}`),
      });
      const { outcome, process } = made;
      if (process !== undefined) this.#owners.set(process.id, operation);
      this.#world.log(`${name}: ${outcome}${process === undefined ? '' : ` (${process.id})`}`);
      return { ...made, operation, status: 'done', error: undefined };
    } catch (error) {
      return failedMaking(operation, claim, error, known);
    } finally {
      this.#world.onChange();
    }
  }

  async #remove(operation: OperationOf<'delete', S, P>): Promise<OperationResult<S, P>> {
    const { process } = operation;
    const claim = this.#claimFor(operation);
    try {
      const name = nameOf(operation);
      await this.#maker.remove(process, claim, (line) => this.#world.log(`${name}: ${line}`));
      this.#world.log(`${name}: deleted (${process.id})`);
      return { ...nothingDone, operation, status: 'done', outcome: 'deleted', process, error: undefined };
    } catch (error) {
      return { ...nothingDone, operation, status: statusOf(error, claim), process, error: messageOf(error) };
    } finally {
      this.#world.onChange();
    }
  }

  #claimFor(operation: Operation<S, P>): Claim<P> {
    const owners = this.#owners;
    return new Claim({
      limit: this.#world.limit,
      cancelled: this.#world.cancelled,
      isOpenTo: ({ id }) => (owners.get(id) ?? operation) === operation,
      onCreated: ({ id }) => owners.set(id, operation),
    });
  }
}

const nothingDone = { outcome: undefined, changes: {} } as const;

function nameOf({ place, subject }: Operation): string {
  return `${place.name}, ${subject}`;
}

function leftAlone<S, P extends Aged>(operation: Operation<S, P>): readonly OperationResult<S, P>[] {
  if (operation.action !== 'keep' && operation.action !== 'undeclared') return [];
  const outcome = operation.action === 'keep' ? 'unchanged' : 'undeclared';
  const { process } = operation;
  return [{ ...nothingDone, operation, status: 'done', outcome, process, error: undefined }];
}

function heldBack<S, P extends Aged>(operation: OperationOf<'delete', S, P>): OperationResult<S, P> {
  const error = 'held back, since not everything that should be created or updated was';
  return { ...nothingDone, operation, status: 'not-done', process: operation.process, error };
}

function failedMaking<S, P extends Aged>(
  operation: Making<S, P>,
  claim: Claim<P>,
  error: unknown,
  known: string | undefined,
): OperationResult<S, P> {
  const before = operation.action === 'create' ? undefined : operation.process;
  // What has vanished is not there, whatever was made.
  const made = error instanceof ProcessFailure && error.reason === 'vanished' ? undefined : claim.made;
  const isUnfinished = error instanceof Cancelled && made !== undefined;
  const unfinished = `${known}; the step was told to stop before it was done with that, so others that racing runs made may be there, too`;
  return {
    ...nothingDone,
    operation,
    status: statusOf(error, claim),
    outcome: made === undefined ? undefined : 'created',
    process: made ?? before,
    error: isUnfinished
      ? unfinished
      : claim.wrote && known !== undefined
        ? `${messageOf(error)} Known: ${known}.`
        : messageOf(error),
  };
}

function statusOf(error: unknown, { wrote }: Pick<Claim<Aged>, 'wrote'>): 'failed' | 'not-done' {
  return error instanceof Cancelled && !wrote ? 'not-done' : 'failed';
}
