import { hasChanges } from '../converge/compare.ts';
import { type Creation, createOnce } from '../converge/create-once.ts';
import { without } from '../converge/listing.ts';
import { lookFor, spans } from '../converge/look.ts';
import { removeForSure, waitUntilGone } from '../converge/remove.ts';
import { candidates, type Reconciled, type World } from '../converge/service.ts';
import { severalMatch } from '../converge/settle.ts';
import { Cancelled, closed, Failure } from '../failure.ts';
import { capitalized } from '../text.ts';
import { drift, otherName } from './compare.ts';
import type { ForgeProcess } from './shapes.ts';
import { describe, type ForgeSpec } from './spec.ts';

type Successor = Pick<Extract<Creation<ForgeProcess>, { kind: 'created' }>, 'process' | 'madeHere'>;

interface ReplaceWorld extends World<ForgeSpec, ForgeProcess> {
  /** The ids of processes that were there before, and so are no successors. */
  readonly others: ReadonlySet<string>;
}

/**
 * Replaces a process by the declared process. Creates the new process first, if Forge accepts its name. If the name is
 * in use, most likely by the old process itself, deletes the old process first. Undefined if a process of another run
 * took the place of the old process, and then vanished or is not as declared.
 */
export async function replace(
  declared: ForgeSpec,
  old: ForgeProcess,
  here: World<ForgeSpec, ForgeProcess>,
  others: ReadonlySet<string>,
): Promise<Reconciled<ForgeProcess> | undefined> {
  const world = { ...here, others };
  const { store, runtime } = world;
  // Without a declared directory, the new process gets the directory that Forge reports for the old process.
  const spec = { ...declared, oldDirectory: old.directory ?? undefined };
  const successor = await createBeside(spec, old, world);
  if (successor !== undefined) {
    runtime.checkpoint(`${successor.process.id} exists in the place of ${old.id}, which is to be deleted`);
    await removeOld(old, successor.process, world);
    // Another run may have deleted its process in favour of a third process.
    const left = successor.madeHere ? successor.process : await store.find(successor.process.id);
    return left && { process: left };
  }
  runtime.log(`The name is in use, probably by ${old.id}: deleting that process first`);
  await removeForSure(store, old.id);
  const alone = `deleted ${asItWas(old)}; its replacement does not exist yet`;
  runtime.checkpoint(alone);
  try {
    return await createAfter(spec, old, telling(`deleted before that: ${asItWas(old)}`, world, alone));
  } catch (error) {
    throw error instanceof Failure && !(error instanceof Cancelled) ? notReplaced(spec, old, error) : error;
  }
}

async function createAfter(
  spec: ForgeSpec,
  old: ForgeProcess,
  world: ReplaceWorld,
): Promise<Reconciled<ForgeProcess> | undefined> {
  await waitUntilGone([old], world);
  const wanted = await createSuccessor(spec, old, world, spans.holderShows);
  if (wanted !== undefined) return isSuccessor(spec, wanted) ? { process: wanted.process } : undefined;
  // Another process has the name, and the old process is deleted: take any other name, so that a process runs again.
  const name = otherName(spec.name, old.id);
  world.runtime.log(`Another process has the name ${spec.name}; taking ${name} instead`);
  const other = await createSuccessor({ ...spec, name }, old, world, spans.holderShows);
  if (other !== undefined)
    return isSuccessor(spec, other) ? { process: other.process, otherName: name } : undefined;
  throw new Failure({
    what: `Creating the ${describe(spec)}`,
    why: `the names ${spec.name} and ${name} are both in use`,
    fix: 'Set another name',
  });
}

/** Creates or finds the successor while the old process exists. Throws a `Failure` if it is not as declared. */
async function createBeside(
  spec: ForgeSpec,
  old: ForgeProcess,
  world: ReplaceWorld,
): Promise<Successor | undefined> {
  const stays = telling(`${old.id}, which it is to replace, is still there`, world);
  const successor = await createSuccessor(spec, old, stays, 0);
  if (successor === undefined || isSuccessor(spec, successor)) return successor;
  const both = [old, successor.process];
  throw severalMatch(describe(spec), both, 'one of them showed only now', world.service);
}

/** Returns a world whose checkpoints end with the state of the old process. `alone`: the one if there is no other. */
function telling(ofOld: string, world: ReplaceWorld, alone?: string): ReplaceWorld {
  const { runtime } = world;
  const checkpoint: typeof runtime.checkpoint = (line, kind) =>
    runtime.checkpoint(line === undefined ? alone : `${line}; ${ofOld}`, kind);
  return { ...world, runtime: { ...runtime, checkpoint } };
}

/**
 * Creates the successor of the old process, or finds the successor that another run has created. Undefined if the name
 * is in use, but no other process matches. `span`: milliseconds to look for a match, which a list may show late.
 */
async function createSuccessor(
  spec: ForgeSpec,
  old: ForgeProcess,
  world: ReplaceWorld,
  span: number,
): Promise<Successor | undefined> {
  const ignored = new Set([old.id, ...world.others]);
  const creation = await createOnce(spec, world, ignored);
  if (creation.kind === 'created') return creation;
  // Another run may be replacing the same process: then its successor has the name.
  const look = async () => {
    const { processes } = without(ignored, await world.store.list());
    return candidates(spec, processes, world.service)[0];
  };
  const process = await lookFor(span, look, (seen) => seen !== undefined, world);
  return process && { process, madeHere: false };
}

/**
 * True for this run's process, and for another run's process that is as declared. A process that is not as declared is
 * older: a list of several pages had hidden it.
 */
function isSuccessor(spec: ForgeSpec, { process, madeHere }: Successor): boolean {
  return madeHere || !hasChanges(drift(spec, process));
}

async function removeOld(old: ForgeProcess, successor: ForgeProcess, { store }: ReplaceWorld): Promise<void> {
  try {
    await removeForSure(store, old.id);
  } catch (error) {
    if (!(error instanceof Failure) || error instanceof Cancelled) throw error;
    throw new Failure({
      what: `Replacing background process ${old.id}`,
      why: `${successor.id} exists in its place, but ${old.id} could not be deleted: ${error.why}`,
      fix: `${error.fix ?? 'Run the job again'}. Until ${old.id} is deleted, both exist`,
    });
  }
}

function notReplaced(spec: ForgeSpec, old: ForgeProcess, error: Failure): Failure {
  return new Failure({
    what: `Background process ${old.id}`,
    why: `it is deleted, and its replacement was not created. ${capitalized(error.why)}`,
    fix: `${closed(error.fix ?? 'Run the job again when the cause is fixed')} The next run creates the ${describe(spec)}`,
  });
}

/** Returns all known fields of a process, so that a reader can create it again. */
function asItWas({ id, command, user, directory, processes }: ForgeProcess): string {
  return `${id}: ${processes} × ${JSON.stringify(command)} of user ${user} in ${directory ?? 'no directory'}`;
}
