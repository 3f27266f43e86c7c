import { Failure } from '../failure.ts';
import { type Changes, describeChanges, hasChanges } from './compare.ts';
import { createOnce } from './create-once.ts';
import { type Existing, type Listing, readTwice, refuseDoubt, without } from './listing.ts';
import { lookFor, spans } from './look.ts';
import { type Halfway, leftByReplacement } from './match.ts';
import { removeForSure, untilGone, waitUntilGone } from './remove.ts';
import { allCandidates, candidates, doubtfulAmong, type Renamed, type World } from './service.ts';
import { isOld, settle, severalMatch } from './settle.ts';

/** The reaction to an existing process: reconcile it (`update`, `replace`), leave it, create another, or fail. */
export type IfExists = 'update' | 'replace' | 'reuse' | 'create' | 'fail';

export interface Ensure<S> {
  readonly spec: S;
  readonly ifExists: IfExists;
  /** True to change nothing, and return the planned outcome. */
  readonly dryRun: boolean;
}

interface Differences {
  /** The differences that the run has corrected, or would correct. */
  readonly changes: Changes;
  /** The differences that the run leaves as they are. */
  readonly ignored: Changes;
  /** True if a parallel run has created the process at the same moment. */
  readonly madeByOther?: true;
  /** Its name, if another process has the declared one. */
  readonly otherName?: string;
}

/** The result of `ensure` if the process exists, with the process as last read. */
export interface Aligned<P> extends Differences {
  readonly outcome: 'created' | 'updated' | 'replaced' | 'unchanged' | 'would-update' | 'would-replace';
  readonly process: P;
}

/** The result of `ensure` without `dryRun`. */
export type Done<P> = Aligned<P> & { readonly outcome: 'created' | 'updated' | 'replaced' | 'unchanged' };

/** The result of `ensure`: a process, or `would-create` of a dry run. */
export type Ensured<S, P> =
  | Aligned<P>
  | (Differences & { readonly outcome: 'would-create'; readonly process: undefined; readonly spec: S });

const nothing = { changes: {}, ignored: {} } as const;

/** The most rounds: a run starts over if a process appears or vanishes while the run works on it. */
const rounds = 4;

/** Makes one background process exist in the declared state. Throws a `Failure` if it cannot be sure of that. */
export async function ensure<S, P extends Existing>(
  wanted: Ensure<S> & { readonly dryRun: false },
  world: World<S, P>,
): Promise<Done<P>>;
export async function ensure<S, P extends Existing>(
  wanted: Ensure<S>,
  world: World<S, P>,
): Promise<Ensured<S, P>>;
export async function ensure<S, P extends Existing>(
  wanted: Ensure<S>,
  world: World<S, P>,
): Promise<Ensured<S, P>> {
  const { spec, ifExists, dryRun } = wanted;
  const { service, store, runtime } = world;
  const wouldCreate = { ...nothing, outcome: 'would-create', process: undefined, spec } as const;
  if (ifExists === 'create') {
    store.mayWrite();
    return dryRun ? wouldCreate : await createBlindly(spec, world);
  }

  /** Ids of deleted processes, which a lagging list may still show. */
  const gone = new Set<string>();
  let lost = false;
  /** True if the name was in use, and no list shows its holder: it may be free by now, so the run tries once more. */
  let wasRefused = false;
  /** The declaration under another name, if the holder of its own name is deleted only afterwards. */
  let renamed: Renamed<S> | undefined;
  /** The list that has just shown the holder of a name in use: a later list may lag more. */
  let seen: Listing<P> | undefined;
  for (let round = 1; round <= rounds; round++) {
    const { found, halfway, others } = await findByIdentity(wanted, world, gone, seen);
    seen = undefined;
    if (halfway !== undefined) {
      const finished = await finishReplacement(wanted, halfway, world);
      if (finished !== undefined) return finished;
      gone.add(halfway.successor.id);
    } else if (found === undefined) {
      store.mayWrite();
      if (dryRun) return wouldCreate;
      const creation = await createOnce(renamed?.spec ?? spec, world, gone);
      if (creation.kind === 'taken') {
        if (wasRefused) {
          if (renamed !== undefined || !world.holderMayGo) throw service.nameTaken(spec, creation.refusal);
          renamed = service.renamed?.(spec);
          wasRefused = false;
        } else {
          const holder = await waitForHolder(spec, world, gone);
          seen = holder.seen;
          wasRefused = !holder.hasSettled;
        }
        lost ||= creation.lost;
        continue;
      }
      if (creation.madeHere) {
        const created = await complete(spec, creation.process, world);
        if (created !== undefined) return { ...created, ...(renamed && { otherName: renamed.otherName }) };
      } else {
        const aligned = await align(wanted, creation.process, world);
        if (aligned !== undefined) return { ...aligned, madeByOther: true };
      }
      gone.add(creation.process.id);
    } else {
      // A new process that is as declared comes from this run's request whose response was lost.
      if (lost && !hasChanges(service.drift(spec, found)))
        return { ...nothing, outcome: 'created', process: found };
      const aligned = await align(wanted, found, world, others);
      if (aligned !== undefined) return aligned;
      gone.add(found.id);
    }
    world.onExists?.(undefined);
    runtime.log(`${[...gone].at(-1)} has vanished; looking again`);
  }
  throw new Failure({
    what: `The ${service.describe(spec)}`,
    why: `it appeared and disappeared ${rounds} times while this run worked on it`,
    fix: 'Something else creates and deletes it; let only one run manage it at a time, with a concurrency group in the workflow',
  });
}

/** Creates without reading the list. A create request that may have arrived is never sent again. */
async function createBlindly<S, P extends Existing>(
  spec: S,
  { service, store, runtime, onExists }: World<S, P>,
): Promise<Done<P>> {
  const what = service.describe(spec);
  const sent = await store.create(spec);
  switch (sent.kind) {
    case 'created': {
      const { made } = sent;
      runtime.checkpoint(`created ${what} as ${made.id}`);
      onExists?.(made);
      return {
        ...nothing,
        outcome: 'created',
        process: made,
        ignored: reportedChanges(service.drift(spec, made)),
      };
    }
    case 'taken':
      throw service.nameTaken(spec, sent.refusal);
    case 'lost':
      throw new Failure({
        what: `Creating the ${what}`,
        headline: `Created or not: ${what}`,
        why: `no usable response came (${sent.cause}), so the process may exist or not`,
        fix: 'Look at the background processes in the dashboard before you run this again; with if-exists: update a run finds out by itself',
      });
  }
}

/**
 * Finds the declared process, as last read, or an interrupted replacement; neither if there certainly is no process.
 * Throws a `Failure` if several match, or if a process in doubt could match.
 */
async function findByIdentity<S, P extends Existing>(
  wanted: Ensure<S>,
  world: World<S, P>,
  gone: Set<string>,
  seen?: Listing<P>,
): Promise<{ readonly found?: P; readonly halfway?: Halfway<P>; readonly others?: ReadonlySet<string> }> {
  const { spec, ifExists } = wanted;
  const { service, store, runtime } = world;
  const observe = (listing: Listing<P>) => {
    const matches = candidates(spec, listing.processes, service);
    const contested = matches.length > 1 ? matches : [];
    return { listing, matches, contested };
  };
  const list = async () => without(gone, await store.list());

  let first = observe(seen ?? (await list()));
  // A list of several pages is not atomic: it misses a process that moved between two pages.
  if (first.matches.length === 0 && first.listing.pages > 1)
    first = observe(await readTwice(first.listing, list, runtime));
  const last = await settle(first, async () => observe(await list()), world);
  // The matches have left while the run looked: whether they are gone needs two readings, too.
  if (last !== first && last.matches.length === 0 && last.listing.pages > 1)
    return await findByIdentity(wanted, world, gone);
  const what = service.describe(spec);
  const [found, ...more] = last.matches;
  if (more.length > 0) {
    const halfway = ifExists === 'replace' ? leftByReplacement(spec, last.matches, service) : undefined;
    if (halfway !== undefined) return { halfway };
    throw severalMatch(
      what,
      last.matches,
      'the step does not guess which is meant',
      service,
      service.howToChoose,
    );
  }
  if (found === undefined) {
    refuseDoubt(what, doubtfulAmong(spec, last.listing.processes, service));
    return {};
  }
  const { processes } = last.listing;
  // A young match may be the process of a run that replaces the same process.
  const old = allCandidates(spec, processes, service).filter((process) => isOld(process, last.listing));
  const others = new Set([...old, ...doubtfulAmong(spec, processes, service)].map(({ id }) => id));
  if (last === first) return { found, others };
  // The survivor of a race may be gone by now, although a list shows it.
  const survivor = await store.find(found.id);
  if (survivor !== undefined) return { found: survivor, others };
  gone.add(found.id);
  return await findByIdentity(wanted, world, gone);
}

/**
 * Ends the replacement of a killed run, which had created the new process: deletes the old one. Undefined if a read by
 * id, before it or after it, does not find the new process.
 */
async function finishReplacement<S, P extends Existing>(
  { spec, dryRun }: Ensure<S>,
  { left, successor }: Halfway<P>,
  { service, store, runtime, onExists }: World<S, P>,
): Promise<Ensured<S, P> | undefined> {
  store.mayWrite();
  const process = await store.find(successor.id);
  if (process === undefined) return undefined;
  const changes = service.drift(spec, left);
  const state = `${successor.id} has replaced ${left.id}, which is still there`;
  if (dryRun) {
    runtime.warn(`${state}. A run without dry-run removes ${left.id}.`);
    return { ...nothing, outcome: 'would-replace', process, changes };
  }
  runtime.log(`${state}: removing it`);
  await removeForSure(store, left.id);
  runtime.checkpoint(`replaced ${left.id} by ${successor.id} (${describeChanges(changes)})`);
  // Its own run may have removed it meanwhile.
  if ((await store.find(successor.id)) === undefined) return undefined;
  onExists?.(process);
  return { ...nothing, outcome: 'replaced', process, changes };
}

/**
 * Waits for the holder of a name in use: a parallel run's process, which `seen` shows, or one that the service is
 * removing. `hasSettled`: false if no list shows one, or if a removal does not end.
 */
async function waitForHolder<S, P extends Existing>(
  spec: S,
  world: World<S, P>,
  gone: ReadonlySet<string>,
): Promise<{ readonly seen?: Listing<P>; readonly hasSettled: boolean }> {
  const { service, store, runtime } = world;
  runtime.log('The name is in use; looking whether this same process has it');
  const look = async () => {
    const seen = without(gone, await store.list());
    return { isThere: candidates(spec, seen.processes, service).length > 0, seen };
  };
  const isEnough = ({ isThere, seen }: Awaited<ReturnType<typeof look>>) =>
    isThere || seen.leaving.length > 0;
  const { isThere, seen } = await lookFor(spans.ownShows, look, isEnough, world);
  if (isThere) return { seen, hasSettled: true };
  const { leaving } = seen;
  const own = candidates(spec, leaving, service);
  if (own.length > 0) await waitUntilGone(own, world);
  // The service does not report names: any process that it is removing may have the name.
  const left = own.length > 0 ? [] : await untilGone(leaving, world);
  return { hasSettled: leaving.length > 0 && left.length === 0 };
}

/** Updates a new process that differs from its declaration, if the service can. Its outcome stays `created`. */
async function complete<S, P extends Existing>(
  spec: S,
  made: P,
  world: World<S, P>,
): Promise<Aligned<P> | undefined> {
  const changes = reportedChanges(world.service.drift(spec, made));
  if (!hasChanges(changes) || world.service.onDrift === 'replace')
    return { ...nothing, outcome: 'created', process: made, ignored: changes };
  const aligned = await align({ spec, ifExists: world.service.onDrift, dryRun: false }, made, world);
  return aligned?.process && { ...nothing, outcome: 'created', process: aligned.process };
}

/** Brings an existing process into the declared state, and checks the result. Undefined if it vanished. */
export async function align<S, P extends Existing>(
  { spec, ifExists, dryRun }: Ensure<S>,
  found: P,
  world: World<S, P>,
  others: ReadonlySet<string> = new Set(),
): Promise<Aligned<P> | undefined> {
  const { service, store, runtime, onExists } = world;
  // On an instance that the step must not change, no process can be declared.
  store.mayWrite();
  if (ifExists === 'fail') {
    throw new Failure({
      what: `The ${service.describe(spec)}`,
      headline: `The ${service.describe(spec)} already exists`,
      details: `Its id is ${found.id}`,
      why: `it already exists (${found.id})`,
      fix: `Nothing was changed. Set if-exists: ${service.onDrift} to ${service.onDrift} it where it differs, or if-exists: reuse to leave it as it is`,
    });
  }
  const changes = service.drift(spec, found);
  if (!hasChanges(changes)) return { ...nothing, outcome: 'unchanged', process: found };
  if (ifExists === 'reuse') return { ...nothing, outcome: 'unchanged', process: found, ignored: changes };
  const outcome = service.onDrift === 'update' ? 'updated' : 'replaced';
  if (outcome === 'replaced' && found.vague !== undefined) throw cannotReplace(found);
  if (dryRun) return { ...nothing, outcome: `would-${service.onDrift}`, process: found, changes };
  runtime.log(
    `${outcome === 'updated' ? 'Updating' : 'Replacing'} ${found.id} (${describeChanges(changes)})`,
  );
  const reconciled = await service.reconcile(spec, found, { service, store, runtime }, others);
  if (reconciled === undefined) return undefined;
  const done =
    outcome === 'updated' ? `updated ${found.id}` : `replaced ${found.id} by ${reconciled.process.id}`;
  runtime.checkpoint(`${done} (${describeChanges(changes)})`);
  onExists?.(reconciled.process);
  const ignored = reportedChanges(service.drift(spec, reconciled.process));
  return { ...nothing, ...reconciled, outcome, changes, ignored };
}

/** Returns the failure for a process whose unknown field the new process could not take over. */
function cannotReplace({ id, vague }: Existing): Failure {
  return new Failure({
    what: `Replacing background process ${id}`,
    why: `${vague}, so the new process could differ from it`,
    fix: 'Nothing was changed. Delete this process in the dashboard, then run the job again, which creates it',
  });
}

/** Returns the differences that the service reports: a field that is missing in the response is no difference. */
export function reportedChanges(changes: Changes): Changes {
  return Object.fromEntries(Object.entries(changes).filter(([, { from }]) => from !== undefined));
}
