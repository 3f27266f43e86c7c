import type { Changes } from '../converge/changes.ts';
import type { Listing } from '../converge/listing.ts';
import { readTwice, refuseUnreadable } from '../converge/listing.ts';
import { ProcessFailure, severalMatch } from '../converge/process-failure.ts';
import { settle } from '../converge/settle.ts';
import { Failure } from '../failure.ts';
import { type Creating, createForge, type ForgeWorld, holdsName, listAlike, nameTaken } from './create.ts';
import { drift, hasDrifted } from './drift.ts';
import { candidates, mayBeSought } from './identity.ts';
import type { ForgeProcess } from './process.ts';
import { replace } from './replace.ts';
import { describe, type ForgeSpec } from './spec.ts';

/** What to do when the declared process exists already. */
export type IfExists = 'reuse' | 'replace' | 'fail';

export interface ForgeEnsure {
  readonly spec: ForgeSpec;
  readonly ifExists: IfExists;
  /** Writes nothing, and says what it would do. */
  readonly dryRun: boolean;
}

/** What came of it, with the process as last read. */
export type ForgeEnsured = {
  /** What a replacement changed, or would change. */
  readonly changes: Changes;
  /** How the process differs from the declaration and was left so. */
  readonly ignored: Changes;
  /** The name it got instead of the declared one, which a process of somebody else's has. */
  readonly otherName?: string;
} & (
  | {
      readonly outcome: 'created' | 'unchanged' | 'replaced' | 'would-replace';
      readonly process: ForgeProcess;
    }
  | { readonly outcome: 'would-create'; readonly process: undefined }
);

const nothing = { changes: {}, ignored: {} } as const;

/** A process that comes and goes while it is being worked on makes the run begin again, this often at most. */
const rounds = 4;

/**
 * Makes one background process exist on a server. What can be seen to differ is the number of processes; it cannot be
 * changed in place, so a process that differs is replaced. Throws a `Failure` when it cannot say that it exists.
 */
export async function ensure(wanted: ForgeEnsure, world: ForgeWorld): Promise<ForgeEnsured> {
  const { spec, dryRun } = wanted;
  let lost = false;
  for (let round = 1; round <= rounds; round++) {
    const found = await findByIdentity(spec, world);
    if (found !== undefined) {
      // A lost request of this run has made it, if it is as declared and was not there before.
      if (lost && !hasDrifted(spec, found)) return created(spec, found);
      return await align(wanted, found, world);
    }
    if (dryRun) return { ...nothing, outcome: 'would-create', process: undefined };
    const creating = await createForge(spec, world);
    if (creating.kind === 'made') {
      const { madeHere, process } = creating;
      return madeHere ? created(spec, process) : await align(wanted, process, world);
    }
    await lookForHolder(spec, creating, world);
    lost ||= creating.lost;
  }
  throw new Failure({
    what: `The ${describe(spec)}`,
    why: `it came and went ${rounds} times while this run worked on it`,
    fix: 'Something else makes and deletes it; let only one run manage it at a time, with a concurrency group in the workflow',
  });
}

/** Leaves an existing process as it is, or replaces it, as was asked for. */
async function align(
  { spec, ifExists, dryRun }: ForgeEnsure,
  found: ForgeProcess,
  world: ForgeWorld,
): Promise<ForgeEnsured> {
  if (ifExists === 'fail') throw exists(spec, found);
  const changes = drift(spec, found);
  if (!hasDrifted(spec, found)) return { ...nothing, outcome: 'unchanged', process: found };
  if (ifExists === 'reuse') return { ...nothing, outcome: 'unchanged', process: found, ignored: changes };
  if (dryRun) return { ...nothing, outcome: 'would-replace', process: found, changes };
  const replaced = await replace(spec, found, world);
  return { ...nothing, ...replaced, outcome: 'replaced', changes, ignored: drift(spec, replaced.process) };
}

/** A name in use is a race that another run has won, or a process that is going; else it is an error. */
async function lookForHolder(
  spec: ForgeSpec,
  { refusal }: Extract<Creating, { kind: 'name-taken' }>,
  world: ForgeWorld,
): Promise<void> {
  world.log(`The name ${spec.name} is in use; looking whether by this very process`);
  if (!(await holdsName(spec, world))) throw nameTaken(spec, refusal);
}

async function findByIdentity(spec: ForgeSpec, world: ForgeWorld): Promise<ForgeProcess | undefined> {
  const list = () => listAlike(spec, world.store);
  const sightingOf = (listing: Listing<ForgeProcess>) => {
    const matches = candidates(spec, listing.processes);
    const contested = matches.length > 1 ? matches : [];
    return { listing, matches, contested, serverTime: listing.serverTime };
  };
  let first = sightingOf(await list());
  // Pages show several moments, and what moves between them is missed.
  if (first.matches.length === 0 && first.listing.pages > 1)
    first = sightingOf(await readTwice(first.listing, list, world));
  const last = await settle(first, async () => sightingOf(await list()), world);
  const { matches } = last;
  if (matches.length > 1) {
    const where = matches.map(({ id, directory }) => `${id} in ${directory ?? 'no directory'}`).join(', ');
    throw severalMatch(describe(spec), matches, `which of them is meant cannot be known (${where})`);
  }
  const [found] = matches;
  if (found === undefined)
    refuseUnreadable(describe(spec), last.listing.unreadable, (known) => mayBeSought(spec, known));
  // What a race has left may be gone by now, whatever a listing shows.
  return found === undefined || last === first ? found : await world.store.find(found.id);
}

function created(spec: ForgeSpec, process: ForgeProcess): ForgeEnsured {
  return { outcome: 'created', process, changes: {}, ignored: drift(spec, process) };
}

function exists(spec: ForgeSpec, { id }: ForgeProcess): Failure {
  return new ProcessFailure('exists', {
    what: `The ${describe(spec)}`,
    why: `it exists already, as ${id}`,
    fix: 'Nothing was changed',
  });
}
