import { type Changes, describeChanges } from '../converge/changes.ts';
import { type Created, createOnce } from '../converge/create-once.ts';
import { type Listing, readTwice, refuseUnreadable } from '../converge/listing.ts';
import { lookFor, patience } from '../converge/patience.ts';
import { ProcessFailure, severalMatch } from '../converge/process-failure.ts';
import { removeForSure } from '../converge/remove.ts';
import { settle } from '../converge/settle.ts';
import { Failure } from '../failure.ts';
import type { Timing } from '../time.ts';
import { drift, hasDrifted, updateFor } from './drift.ts';
import { candidates, mayBeDeclared } from './identity.ts';
import type { ExistingProcess } from './process.ts';
import { describe, type PinnedSpec, type ProcessSpec } from './spec.ts';
import type { PinnedStore, ProcessStore } from './store-interface.ts';

/** What to do when the declared process exists already. */
export type IfExists = 'update' | 'reuse' | 'create' | 'fail';

export interface Ensure {
  readonly spec: ProcessSpec;
  readonly ifExists: IfExists;
  /** Writes nothing, and says what it would do. */
  readonly dryRun: boolean;
}

/** One process that is named by its id, instead of one that matches. */
export interface EnsurePinned {
  readonly id: string;
  readonly spec: PinnedSpec;
  readonly ifExists: 'update' | 'reuse';
  readonly dryRun: boolean;
}

export interface World<S extends PinnedStore = ProcessStore> extends Timing {
  readonly store: S;
  /** Told what is known by now, and what exists, for the case that the run ends early; the last line counts. */
  did(line: string, exists?: ExistingProcess): void;
  warn(line: string): void;
  log(line: string): void;
}

/** What came of it, with the process as last read. */
export type Ensured = {
  /** What an update changed, or would change. */
  readonly changes: Changes;
  /** How the process differs from the declaration and was left so (`reuse` and `create`). */
  readonly ignored: Changes;
  /** Another run has made it at the same moment. */
  readonly madeByOther?: true;
} & (
  | {
      readonly outcome: 'created' | 'updated' | 'unchanged' | 'would-update';
      readonly process: ExistingProcess;
    }
  | {
      readonly outcome: 'would-create';
      readonly process: undefined;
      readonly spec: ProcessSpec;
    }
);

const nothing = { changes: {}, ignored: {} } as const;
const wouldCreate = (spec: ProcessSpec): Ensured => ({
  ...nothing,
  outcome: 'would-create',
  process: undefined,
  spec,
});

/** A process that vanishes while it is being worked on makes the run begin again, this often at most. */
const rounds = 3;

/** Makes one background process exist in the declared state. Throws a `Failure` when it cannot say that it does. */
export async function ensure(wanted: Ensure, world: World): Promise<Ensured> {
  const { spec, ifExists, dryRun } = wanted;
  const { store, log } = world;
  if (ifExists === 'create') return await createBlindly(wanted, world);

  /** Known to be gone, though a listing that lags may show them still. */
  const gone = new Set<string>();
  for (let round = 1; round <= rounds; round++) {
    const found = await findByIdentity(spec, world, gone);
    if (found === undefined) {
      store.mayWrite();
      if (dryRun) return wouldCreate(spec);
    }
    const { process, madeHere } =
      found === undefined ? await create(spec, world, gone) : { process: found, madeHere: false };
    if (ifExists === 'fail' && !madeHere) throw exists(spec, process);
    const ensured = await (madeHere ? complete(spec, process, world) : align(wanted, process, world));
    const isByOther = found === undefined && !madeHere;
    if (ensured !== undefined) return isByOther ? { ...ensured, madeByOther: true } : ensured;
    gone.add(process.id);
    log(`${process.id} has vanished; looking again`);
  }
  throw new ProcessFailure('vanished', {
    what: `The ${describe(spec)}`,
    why: `it vanished ${rounds} times while this run worked on it`,
    fix: 'Something else deletes it; let only one run manage it at a time',
  });
}

/** Brings a process that is known by its id into the declared state. Throws a `Failure` when there is none. */
export async function ensurePinned(wanted: EnsurePinned, world: World<PinnedStore>): Promise<Ensured> {
  const { id, spec } = wanted;
  const found = await world.store.find(id);
  if (found === undefined) throw notFound(id);
  if (found.type !== spec.type) {
    throw new ProcessFailure('other-type', {
      what: `Background process ${id}`,
      why: `it is of type ${found.type}, and not ${spec.type}`,
      fix: 'A process cannot change its type',
    });
  }
  const aligned = await align(wanted, found, world);
  if (aligned === undefined) throw notFound(id);
  return aligned;
}

/** Creates without looking: whatever there is stays, and a request that may have arrived is never sent again. */
async function createBlindly({ spec, dryRun }: Ensure, { store, did }: World): Promise<Ensured> {
  store.mayWrite();
  if (dryRun) return wouldCreate(spec);
  const sent = await store.create(spec);
  if (sent.kind === 'created') {
    const { made } = sent;
    did(`created ${describe(spec)} as ${made.id}`, made);
    return { ...nothing, outcome: 'created', process: made, ignored: drift(spec, made) };
  }
  throw new ProcessFailure('may-exist', {
    what: `Creating the ${describe(spec)}`,
    why: `the answer was lost (${sent.cause}), so the process may exist or not`,
    fix: 'Look at the instance’s background processes before running this again',
  });
}

/** The one that matches, as last read; undefined when there is surely none. */
async function findByIdentity(
  spec: ProcessSpec,
  world: World,
  gone: Set<string>,
): Promise<ExistingProcess | undefined> {
  const { store } = world;
  const sightingOf = (listing: Listing<ExistingProcess>) => {
    const matches = candidates(spec, without(gone, listing).processes);
    return {
      listing,
      matches,
      contested: matches.length > 1 ? matches : [],
      serverTime: listing.serverTime,
    };
  };
  const look = async () => sightingOf(await store.list());

  let first = await look();
  // Pages show several moments, and what moves between them is missed.
  if (first.matches.length === 0 && first.listing.pages > 1)
    first = sightingOf(await readTwice(first.listing, () => store.list(), world));
  const last = await settle(first, look, world);
  const [found, ...others] = last.matches;
  if (others.length > 0)
    throw severalMatch(describe(spec), last.matches, 'which of them is meant cannot be known');
  if (found === undefined) {
    refuseUnreadable(describe(spec), last.listing.unreadable, (known) => mayBeDeclared(spec, known));
    return undefined;
  }
  if (last === first) return found;
  // What a race has left may be gone by now, whatever a listing shows.
  const left = await store.find(found.id);
  if (left !== undefined) return left;
  gone.add(found.id);
  return await findByIdentity(spec, world, gone);
}

async function create(
  spec: ProcessSpec,
  { store, did, warn, log, clock, random, cancelled }: World,
  gone: ReadonlySet<string>,
): Promise<Created<ExistingProcess>> {
  return await createOnce<ExistingProcess>({
    what: describe(spec),
    list: async () => without(gone, await store.list()),
    find: (id) => store.find(id),
    send: () => store.create(spec),
    remove: (id) => removeForSure(store, id),
    matching: (listed) => candidates(spec, listed),
    inFull: (listed) => !hasDrifted(spec, listed),
    mayBe: ({ known }) => mayBeDeclared(spec, known),
    ...{ did, warn, log, clock, random, cancelled },
  });
}

/** What came out otherwise than declared is brought there, and is still created. Undefined if it vanished meanwhile. */
async function complete(
  spec: ProcessSpec,
  made: ExistingProcess,
  world: World,
): Promise<Ensured | undefined> {
  const aligned = await align({ spec, ifExists: 'update', dryRun: false }, made, world);
  return aligned?.process && { ...nothing, outcome: 'created', process: aligned.process };
}

interface Aligning {
  readonly spec: PinnedSpec;
  readonly ifExists: IfExists;
  readonly dryRun: boolean;
}

/** Brings an existing process into the declared state, and proves it. Undefined if it vanished meanwhile. */
async function align(
  { spec, ifExists, dryRun }: Aligning,
  found: ExistingProcess,
  { store, did, log, ...timing }: World<PinnedStore>,
): Promise<Ensured | undefined> {
  if (!hasDrifted(spec, found)) return { ...nothing, outcome: 'unchanged', process: found };
  const changes = drift(spec, found);
  if (ifExists === 'reuse') return { ...nothing, outcome: 'unchanged', process: found, ignored: changes };
  store.mayWrite();
  if (dryRun) return { ...nothing, outcome: 'would-update', process: found, changes };

  log(`Updating ${found.id} (${describeChanges(changes)})`);
  did(`an update of ${found.id} was sent (${describeChanges(changes)}); it may have taken effect`, found);
  const isDone = (seen: ExistingProcess | undefined) => seen?.id === found.id && !hasDrifted(spec, seen);
  let updated = await store.update(found.id, updateFor(spec, found));
  // An answer may show the state before the update, or another process: the process itself decides.
  if (updated !== undefined && !isDone(updated)) {
    const read = () => store.find(found.id);
    updated = await lookFor(patience.updateShows, read, (seen) => seen === undefined || isDone(seen), timing);
  }
  if (updated === undefined) return undefined;
  if (hasDrifted(spec, updated)) throw notApplied(found.id, drift(spec, updated));
  did(`updated ${found.id} (${describeChanges(changes)})`, updated);
  return { ...nothing, outcome: 'updated', process: updated, changes };
}

function without(gone: ReadonlySet<string>, listing: Listing<ExistingProcess>): Listing<ExistingProcess> {
  return { ...listing, processes: listing.processes.filter(({ id }) => !gone.has(id)) };
}

function exists(spec: ProcessSpec, { id }: ExistingProcess): Failure {
  return new ProcessFailure('exists', {
    what: `The ${describe(spec)}`,
    why: `it exists already, as ${id}`,
    fix: 'Nothing was changed',
  });
}

function notFound(id: string): Failure {
  return new ProcessFailure('not-found', {
    what: `Background process ${id}`,
    why: 'there is none of this id that the token can see',
    fix: 'Check the id',
  });
}

function notApplied(id: string, left: Changes): Failure {
  const fields = Object.entries(left).map(
    ([field, { from, to }]) => `${field} is ${JSON.stringify(from)} and not ${JSON.stringify(to)}`,
  );
  return new Failure({
    what: `Updating background process ${id}`,
    why: `the update was accepted but not applied: ${fields.join(', ')}`,
    fix: 'Change it by hand once, or delete the process so that the next run creates it as declared',
  });
}
