import { Failure } from '../failure.ts';
import { ambiguous } from '../processes/create-once.ts';
import type { Changes } from '../processes/drift.ts';
import { skipRepeats } from '../processes/skip-repeats.ts';
import {
  type Creating,
  createForge,
  drift,
  type ForgeWorld,
  hasDrifted,
  holdsName,
  listAlike,
  nameTaken,
  tellApart,
} from './create.ts';
import { candidates } from './identity.ts';
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

export type Outcome = 'created' | 'unchanged' | 'replaced' | 'would-create' | 'would-replace';

export interface ForgeEnsured {
  readonly outcome: Outcome;
  /** The process as last read; undefined only when it would be created. */
  readonly process: ForgeProcess | undefined;
  /** What a replacement changed, or would change. */
  readonly changes: Changes;
  /** How the process differs from the declaration and was left so. */
  readonly ignored: Changes;
  /** Other processes of the same identity that racing runs have made and not removed. */
  readonly others: readonly ForgeProcess[];
  /** The name it got instead of the declared one, which a process of somebody else's has. */
  readonly otherName?: string;
}

const nothing = { changes: {}, ignored: {}, others: [] } as const;

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
    const listed = await listAlike(spec, world.store);
    const found = await findByIdentity(spec, listed, world);
    if (found !== undefined) {
      // A lost request of this run has made it, if it is as declared and was not there before.
      if (lost && !hasDrifted(spec, found)) return created(spec, found);
      return await align(wanted, found, listed, world);
    }
    if (dryRun) return { ...nothing, outcome: 'would-create', process: undefined };
    const creating = await createForge(spec, listed, world);
    if (creating.kind === 'made' && creating.madeHere)
      return created(spec, creating.process, creating.others);
    if (creating.kind === 'name-taken') await lookForHolder(spec, creating, world);
    lost ||= creating.kind === 'name-taken' && creating.lost;
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
  listed: readonly ForgeProcess[],
  world: ForgeWorld,
): Promise<ForgeEnsured> {
  if (ifExists === 'fail') throw exists(spec, found);
  const changes = drift(spec, found);
  if (!hasDrifted(spec, found)) return { ...nothing, outcome: 'unchanged', process: found };
  if (ifExists === 'reuse') return { ...nothing, outcome: 'unchanged', process: found, ignored: changes };
  if (dryRun) return { ...nothing, outcome: 'would-replace', process: found, changes };
  const replaced = await replace(spec, found, listed, world);
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

async function findByIdentity(
  spec: ForgeSpec,
  listed: readonly ForgeProcess[],
  { store, delays, log }: ForgeWorld,
): Promise<ForgeProcess | undefined> {
  let matches = candidates(spec, listed);
  const tell = skipRepeats(log);
  for (const pause of delays.settle()) {
    if (matches.length <= 1) break;
    const ids = matches.map(({ id }) => id).join(', ');
    tell(`${matches.length} processes match (${ids}); looking again, in case runs are racing`);
    await delays.wait(pause);
    matches = candidates(spec, await listAlike(spec, store));
  }
  if (matches.length > 1) {
    const where = matches.map(({ id, directory }) => `${id} in ${directory ?? 'no directory'}`).join(', ');
    const because = `which of them is meant cannot be known (${where})`;
    throw ambiguous(describe(spec), matches, because, tellApart);
  }
  return matches[0];
}

function created(spec: ForgeSpec, process: ForgeProcess, others: readonly ForgeProcess[] = []): ForgeEnsured {
  return { outcome: 'created', process, changes: {}, ignored: drift(spec, process), others };
}

function exists(spec: ForgeSpec, { id }: ForgeProcess): Failure {
  return new Failure({
    what: `The ${describe(spec)}`,
    why: `it exists already, as ${id}, and if-exists is fail`,
    fix: 'Use if-exists: reuse or replace if that is fine',
  });
}
