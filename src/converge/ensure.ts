import { Failure } from '../failure.ts';
import { type Changes, describeChanges } from './changes.ts';
import { createOnce } from './create-once.ts';
import { type Existing, type Listing, readTwice, refuseDoubt, without } from './listing.ts';
import { lookFor, spans } from './look.ts';
import { leftByReplacement } from './match.ts';
import { removeForSure, waitUntilGone } from './remove.ts';
import { candidates, doubtfulAmong, type World } from './service.ts';
import { settle } from './settle.ts';
import { severalMatch } from './several-match.ts';

/** What to do when the declared process exists: bring it in line (`update`, `replace`), leave it, create another, or fail. */
export type IfExists = 'update' | 'replace' | 'reuse' | 'create' | 'fail';

export interface Ensure<S> {
  readonly spec: S;
  readonly ifExists: IfExists;
  /** Writes nothing, and says what it would do. */
  readonly dryRun: boolean;
}

interface Differences {
  /** What was changed, or would be. */
  readonly changes: Changes;
  /** How the process differs from the declaration and was left so. */
  readonly ignored: Changes;
  /** A parallel run has created it at the same moment. */
  readonly madeByOther?: true;
  /** The name it got because another process has the declared one. */
  readonly otherName?: string;
}

/** What came of it, with the process as last read. */
export interface Aligned<P> extends Differences {
  readonly outcome: 'created' | 'updated' | 'replaced' | 'unchanged' | 'would-update' | 'would-replace';
  readonly process: P;
}

/** What came of it, or that a dry run would create the process. */
export type Ensured<S, P> =
  | Aligned<P>
  | (Differences & { readonly outcome: 'would-create'; readonly process: undefined; readonly spec: S });

const nothing = { changes: {}, ignored: {} } as const;

/** A process that comes or goes while the run works on it makes the run start over, this often at most. */
const rounds = 4;

/** Makes one background process exist in the declared state. Throws a `Failure` when it cannot say that it does. */
export async function ensure<S, P extends Existing>(
  wanted: Ensure<S>,
  world: World<S, P>,
): Promise<Ensured<S, P>> {
  const { spec, ifExists, dryRun } = wanted;
  const { service, store, runtime } = world;
  if (ifExists === 'create') return await createBlindly(wanted, world);

  /** Known to be gone, though a listing that lags may still show them. */
  const gone = new Set<string>();
  let lost = false;
  /** Was the name in use, and its holder in no list? It may be free by now: that is tried once. */
  let wasRefused = false;
  for (let round = 1; round <= rounds; round++) {
    const { found, left } = await findByIdentity(wanted, world, gone);
    if (found !== undefined && left !== undefined) {
      const finished = await finishReplacement(wanted, found, left, world);
      if (finished !== undefined) return finished;
      gone.add(found.id);
    } else if (found === undefined) {
      store.mayWrite();
      if (dryRun) return { ...nothing, outcome: 'would-create', process: undefined, spec };
      const creation = await createOnce(spec, world, gone);
      if (creation.kind === 'taken') {
        if (wasRefused) throw service.nameTaken(spec, creation.refusal);
        wasRefused = !(await waitForHolder(spec, world));
        lost ||= creation.lost;
        continue;
      }
      if (creation.madeHere) {
        const created = await complete(spec, creation.process, world);
        if (created !== undefined) return created;
      } else {
        const aligned = await align(wanted, creation.process, world);
        if (aligned !== undefined) return { ...aligned, madeByOther: true };
      }
      gone.add(creation.process.id);
    } else {
      // A request of this run whose answer was lost has created it, if it is as declared and was not there before.
      if (lost && !isDifferent(service.drift(spec, found)))
        return { ...nothing, outcome: 'created', process: found };
      const aligned = await align(wanted, found, world);
      if (aligned !== undefined) return aligned;
      gone.add(found.id);
    }
    runtime.log(`${[...gone].at(-1)} has vanished; looking again`);
  }
  throw new Failure({
    what: `The ${service.describe(spec)}`,
    why: `it came and went ${rounds} times while this run worked on it`,
    fix: 'Something else creates and deletes it; let only one run manage it at a time, with a concurrency group in the workflow',
  });
}

/** Creates without looking: existing processes stay, and a request that may have arrived is never sent again. */
async function createBlindly<S, P extends Existing>(
  { spec, dryRun }: Ensure<S>,
  { service, store, runtime, onExists }: World<S, P>,
): Promise<Ensured<S, P>> {
  store.mayWrite();
  if (dryRun) return { ...nothing, outcome: 'would-create', process: undefined, spec };
  const what = service.describe(spec);
  const sent = await store.create(spec);
  switch (sent.kind) {
    case 'created': {
      const { made } = sent;
      runtime.checkpoint(`created ${what} as ${made.id}`);
      onExists?.(made);
      return { ...nothing, outcome: 'created', process: made, ignored: stated(service.drift(spec, made)) };
    }
    case 'taken':
      throw service.nameTaken(spec, sent.refusal);
    case 'lost':
      throw new Failure({
        what: `Creating the ${what}`,
        headline: `Created or not: ${what} (no usable answer)`,
        details: `The answer: ${sent.cause}. The process may exist or not`,
        why: `no usable answer came (${sent.cause}), so the process may exist or not`,
        fix: 'Look at the background processes in the dashboard before you run this again; with if-exists: update a run finds out by itself',
      });
  }
}

interface Found<P> {
  /** The process that matches, as last read; undefined when there surely is none. */
  readonly found: P | undefined;
  /** The old process, where a replacement was interrupted before its end. */
  readonly left?: P;
}

/** Looks for the declared process. Throws a `Failure` where several could be it. */
async function findByIdentity<S, P extends Existing>(
  wanted: Ensure<S>,
  world: World<S, P>,
  gone: Set<string>,
): Promise<Found<P>> {
  const { spec, ifExists } = wanted;
  const { service, store, runtime } = world;
  const observe = (listing: Listing<P>) => {
    const matches = candidates(spec, listing.processes, service);
    const contested = matches.length > 1 ? matches : [];
    return { listing, matches, contested };
  };
  const list = async () => without(gone, await store.list());

  let first = observe(await list());
  // A list of several pages is not atomic: a process that moved between two of them is missed.
  if (first.matches.length === 0 && first.listing.pages > 1)
    first = observe(await readTwice(first.listing, list, runtime));
  const last = await settle(first, async () => observe(await list()), world);
  const what = service.describe(spec);
  const [found, ...others] = last.matches;
  if (others.length > 0) {
    const halfway = ifExists === 'replace' ? leftByReplacement(spec, last.matches, service) : undefined;
    if (halfway !== undefined) return { found: halfway.successor, left: halfway.left };
    throw severalMatch(what, last.matches, 'the step does not guess which is meant', service);
  }
  if (found === undefined) {
    refuseDoubt(what, doubtfulAmong(spec, last.listing.processes, service));
    return { found };
  }
  if (last === first) return { found };
  // What a race has left may be gone by now, whatever a listing shows.
  const survivor = await store.find(found.id);
  if (survivor !== undefined) return { found: survivor };
  gone.add(found.id);
  return await findByIdentity(wanted, world, gone);
}

/**
 * Removes the old process: a run that was killed has created the new one, and did not come to that. Undefined when the new
 * one is gone, whatever a listing shows: then the old one stays.
 */
async function finishReplacement<S, P extends Existing>(
  { spec, dryRun }: Ensure<S>,
  found: P,
  left: P,
  { service, store, runtime, onExists }: World<S, P>,
): Promise<Ensured<S, P> | undefined> {
  store.mayWrite();
  const process = await store.find(found.id);
  if (process === undefined) return undefined;
  const changes = service.drift(spec, left);
  if (dryRun) return { ...nothing, outcome: 'would-replace', process: left, changes };
  runtime.log(`${found.id} has replaced ${left.id}, which is still there: removing it`);
  await removeForSure(store, left.id);
  runtime.checkpoint(`replaced ${left.id} by ${found.id} (${describeChanges(changes)})`);
  onExists?.(process);
  return { ...nothing, outcome: 'replaced', process, changes };
}

/**
 * A name in use means that a parallel run was first, or that its holder is being removed. False when no list shows such
 * a holder.
 */
async function waitForHolder<S, P extends Existing>(spec: S, world: World<S, P>): Promise<boolean> {
  const { service, store, runtime } = world;
  runtime.log('The name is in use; looking whether by this very process');
  const look = async () => {
    const { processes, leaving } = await store.list();
    return candidates(spec, processes, service)[0] ?? candidates(spec, leaving, service)[0];
  };
  const holder = await lookFor(spans.holderShows, look, (seen) => seen !== undefined, runtime, store);
  if (holder === undefined) return false;
  const { leaving } = await store.list();
  if (leaving.some(({ id }) => id === holder.id)) await waitUntilGone([holder], world);
  return true;
}

/** A new process that differs from its declaration is brought in line where that is possible, and is still created. */
async function complete<S, P extends Existing>(
  spec: S,
  made: P,
  world: World<S, P>,
): Promise<Aligned<P> | undefined> {
  const changes = stated(world.service.drift(spec, made));
  if (!isDifferent(changes) || world.service.onDrift === 'replace')
    return { ...nothing, outcome: 'created', process: made, ignored: changes };
  const aligned = await align({ spec, ifExists: 'update', dryRun: false }, made, world);
  return aligned?.process && { ...nothing, outcome: 'created', process: aligned.process };
}

/** Brings an existing process into the declared state, and proves it. Undefined if it vanished meanwhile. */
export async function align<S, P extends Existing>(
  { spec, ifExists, dryRun }: Ensure<S>,
  found: P,
  world: Pick<World<S, P>, 'runtime' | 'reconcile' | 'onExists'> & {
    readonly service: Pick<World<S, P>['service'], 'drift' | 'describe' | 'onDrift'>;
    readonly store: Pick<World<S, P>['store'], 'mayWrite'>;
  },
): Promise<Aligned<P> | undefined> {
  const { service, store, runtime, onExists } = world;
  if (ifExists === 'fail') {
    throw new Failure({
      what: `The ${service.describe(spec)}`,
      headline: `The ${service.describe(spec)} already exists`,
      details: `Its id is ${found.id}`,
      why: `it already exists (${found.id})`,
      fix: `Nothing was changed. Set if-exists: ${service.onDrift} to ${service.onDrift} it where it differs, or if-exists: reuse to leave it as it is`,
    });
  }
  // Where nothing may be written, nothing can be declared either.
  store.mayWrite();
  const changes = service.drift(spec, found);
  if (!isDifferent(changes)) return { ...nothing, outcome: 'unchanged', process: found };
  if (ifExists === 'reuse') return { ...nothing, outcome: 'unchanged', process: found, ignored: changes };
  const outcome = service.onDrift === 'update' ? 'updated' : 'replaced';
  if (dryRun) return { ...nothing, outcome: `would-${service.onDrift}`, process: found, changes };
  runtime.log(`Bringing ${found.id} in line (${describeChanges(changes)})`);
  const reconciled = await world.reconcile(spec, found, changes);
  if (reconciled === undefined) return undefined;
  const done =
    outcome === 'updated' ? `updated ${found.id}` : `replaced ${found.id} by ${reconciled.process.id}`;
  runtime.checkpoint(`${done} (${describeChanges(changes)})`);
  onExists?.(reconciled.process);
  const ignored = outcome === 'replaced' ? stated(service.drift(spec, reconciled.process)) : {};
  return { ...nothing, ...reconciled, outcome, changes, ignored };
}

function isDifferent(changes: Changes): boolean {
  return Object.keys(changes).length > 0;
}

/** The differences that are known: what an answer has left out contradicts nothing. */
export function stated(changes: Changes): Changes {
  return Object.fromEntries(Object.entries(changes).filter(([, { from }]) => from !== undefined));
}
