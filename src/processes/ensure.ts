import { Failure } from '../failure.ts';
import { ambiguous, createOnce } from './create-once.ts';
import { type Changes, describeChanges, drift, hasDrifted } from './drift.ts';
import type { ExistingProcess } from './existing.ts';
import { candidates } from './identity.ts';
import { updateFor } from './intended.ts';
import type { RaceDelays } from './race-delays.ts';
import { skipRepeats } from './skip-repeats.ts';
import { describe, type ProcessSpec } from './spec.ts';
import type { ProcessStore } from './store.ts';

/** What to do when the declared process exists already. */
export type IfExists = 'update' | 'reuse' | 'create' | 'fail';

export interface Ensure {
  readonly spec: ProcessSpec;
  readonly ifExists: IfExists;
  /** Pins one process, instead of looking for one that matches. */
  readonly processId?: string | undefined;
  /** Writes nothing, and says what it would do. */
  readonly dryRun: boolean;
}

export interface World {
  readonly store: ProcessStore;
  readonly delays: RaceDelays;
  /** Told what is known by now, for the case that the run ends before it can report; the last line counts. */
  did(line: string): void;
  log(line: string): void;
}

export type Outcome = 'created' | 'updated' | 'unchanged' | 'would-create' | 'would-update';

export interface Ensured {
  readonly outcome: Outcome;
  /** The process as last read; undefined only when it would be created. */
  readonly process: ExistingProcess | undefined;
  /** What an update changed, or would change. */
  readonly changes: Changes;
  /** How the process differs from the declaration and was left so (`if-exists: reuse` and `create`). */
  readonly ignored: Changes;
  /** Other processes of the same identity that racing runs have made and not removed. */
  readonly others: readonly ExistingProcess[];
}

const nothing = { changes: {}, ignored: {}, others: [] } as const;

/** A process that vanishes while it is being worked on makes the run begin again, this often at most. */
const rounds = 3;

/** Makes one background process exist in the declared state. Throws a `Failure` when it cannot say that it does. */
export async function ensure(wanted: Ensure, world: World): Promise<Ensured> {
  const { spec, ifExists, processId, dryRun } = wanted;
  if (ifExists === 'create') return dryRun ? wouldCreate() : await createBlindly(spec, world);

  for (let round = 1; round <= rounds; round++) {
    const listed = processId === undefined ? (await world.store.list()).processes : [];
    const found =
      processId === undefined
        ? await findByIdentity(spec, listed, world)
        : await findById(processId, wanted, world);
    if (found === undefined) {
      if (dryRun) return wouldCreate();
      const ensured = await createAndAlign(wanted, listed, world);
      if (ensured !== undefined) return ensured;
      continue;
    }
    if (ifExists === 'fail') throw exists(spec, found);
    const aligned = await align(wanted, found, world);
    if (aligned !== undefined) return aligned;
    if (processId !== undefined) throw notFound(processId);
    world.log(`${found.id} has vanished; looking again`);
  }
  throw new Failure({
    what: `The ${describe(spec)}`,
    why: `it vanished ${rounds} times while this run worked on it`,
    fix: 'Something else deletes it; let only one run manage it at a time',
  });
}

/** Creates without looking: whatever there is stays, and a request that may have arrived is never sent again. */
async function createBlindly(spec: ProcessSpec, { store, did }: World): Promise<Ensured> {
  const sent = await store.create(spec);
  if (sent.kind === 'created') {
    did(`created ${describe(spec)} as ${sent.made.id}`);
    return { ...nothing, outcome: 'created', process: sent.made, ignored: drift(spec, sent.made) };
  }
  throw new Failure({
    what: `Creating the ${describe(spec)}`,
    why: `the answer was lost (${sent.cause}), so the process may exist or not`,
    fix: 'Look at the instance’s background processes before running this again; with if-exists: update a run finds out by itself',
  });
}

async function findByIdentity(
  spec: ProcessSpec,
  listed: readonly ExistingProcess[],
  { store, delays, log }: World,
): Promise<ExistingProcess | undefined> {
  let matches = candidates(spec, listed);
  const tell = skipRepeats(log);
  for (const pause of delays.settle()) {
    if (matches.length <= 1) break;
    tell(
      `${matches.length} processes match (${matches.map(({ id }) => id).join(', ')}); looking again, in case runs are racing`,
    );
    await delays.wait(pause);
    matches = candidates(spec, (await store.list()).processes);
  }
  if (matches.length > 1) throw ambiguous(describe(spec), matches, 'which of them is meant cannot be known');
  return matches[0];
}

async function findById(id: string, { spec }: Ensure, { store }: World): Promise<ExistingProcess> {
  const found = await store.find(id);
  if (found === undefined) throw notFound(id);
  if (found.type !== spec.type) {
    throw new Failure({
      what: `Background process ${id}`,
      why: `it is of type ${found.type}, and type says ${spec.type}`,
      fix: 'A process cannot change its type; correct type or process-id',
    });
  }
  return found;
}

/** Creates, and brings the survivor of a race into the declared state. Undefined if it vanished meanwhile. */
async function createAndAlign(
  wanted: Ensure,
  before: readonly ExistingProcess[],
  world: World,
): Promise<Ensured | undefined> {
  const { spec } = wanted;
  const { process, madeHere, others } = await createOnce<ExistingProcess>({
    what: describe(spec),
    before,
    list: async () => (await world.store.list()).processes,
    send: () => world.store.create(spec),
    remove: (id) => world.store.remove(id),
    matching: (listed) => candidates(spec, listed),
    inFull: (listed) => !hasDrifted(spec, listed),
    delays: world.delays,
    did: world.did,
    log: world.log,
  });
  if (madeHere) {
    const missed = drift(spec, process);
    if (Object.keys(missed).length === 0) return { ...nothing, outcome: 'created', process, others };
    const fixed = await align({ ...wanted, ifExists: 'update' }, process, world);
    return fixed && { ...fixed, outcome: 'created', changes: {}, others };
  }
  if (wanted.ifExists === 'fail') throw exists(spec, process);
  return await align(wanted, process, world);
}

/** Brings an existing process into the declared state, and proves it. Undefined if it vanished meanwhile. */
async function align(wanted: Ensure, found: ExistingProcess, world: World): Promise<Ensured | undefined> {
  const { spec, ifExists, dryRun } = wanted;
  const changes = drift(spec, found);
  if (Object.keys(changes).length === 0) return { ...nothing, outcome: 'unchanged', process: found };
  if (ifExists === 'reuse') return { ...nothing, outcome: 'unchanged', process: found, ignored: changes };
  if (dryRun) return { ...nothing, outcome: 'would-update', process: found, changes };

  world.log(`Updating ${found.id} (${describeChanges(changes)})`);
  world.did(`an update of ${found.id} was sent (${describeChanges(changes)}); it may have taken effect`);
  let updated = await world.store.update(found.id, updateFor(spec, found));
  // An answer may show the state before the update; the process itself decides.
  if (updated !== undefined && hasDrifted(spec, updated)) updated = await world.store.find(found.id);
  if (updated === undefined) return undefined;
  const left = drift(spec, updated);
  if (Object.keys(left).length > 0) throw notApplied(found.id, left);
  world.did(`updated ${found.id} (${describeChanges(changes)})`);
  return { ...nothing, outcome: 'updated', process: updated, changes };
}

function wouldCreate(): Ensured {
  return { ...nothing, outcome: 'would-create', process: undefined };
}

function exists(spec: ProcessSpec, { id }: ExistingProcess): Failure {
  return new Failure({
    what: `The ${describe(spec)}`,
    why: `it exists already, as ${id}, and if-exists is fail`,
    fix: 'Use if-exists: update or reuse if that is fine',
  });
}

function notFound(id: string): Failure {
  return new Failure({
    what: `Background process ${id}`,
    why: 'there is none of this id that the token can see',
    fix: 'Check process-id, or leave it out so that the process is found by what it does',
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
