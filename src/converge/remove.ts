import { Cancelled, Failure, reasonOf } from '../failure.ts';
import { bullets, processCount } from '../text.ts';
import { inSeconds } from '../time.ts';
import { allIn, type Existing, idsOf, type Listing, readTwice, refuseDoubt } from './listing.ts';
import { lookFor } from './look.ts';
import { allCandidates, doubtfulAmong, type Store, type World } from './service.ts';
import { settle, severalMatch } from './settle.ts';

/** Deletes a process. If the request fails, a read by id decides: a missing process is success. */
export async function removeForSure(
  store: Pick<Store<never, Existing>, 'find' | 'remove'>,
  id: string,
): Promise<void> {
  try {
    await store.remove(id);
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    // A process that cannot be read counts as left.
    const left = await store.find(id).catch(() => id);
    if (left !== undefined) throw error;
  }
}

export interface RemovalResult<P> {
  readonly deleted: readonly P[];
  readonly left: readonly { readonly process: P; readonly error: string }[];
}

type WaitingWorld = Pick<World<never, Existing>, 'store' | 'runtime'>;

/**
 * Finds the process to delete or, with `all`, all processes of this identity. If there is none, waits for processes
 * that the service is removing already. Throws a `Failure` for too many.
 */
export async function findToDelete<S, P extends Existing>(
  spec: S,
  all: boolean,
  world: World<S, P>,
): Promise<readonly P[]> {
  const { service, store, runtime } = world;
  const observe = (listing: Listing<P>) => {
    // Without a named connection, any matches: a second run must not go on to the next match.
    const found = allCandidates(spec, listing.processes, service);
    const contested = all || found.length <= 1 ? [] : found;
    return { listing, found, contested };
  };
  const look = async () => observe(await store.list());

  let first = await look();
  if (first.found.length === 0) first = observe(await readTwice(first.listing, () => store.list(), runtime));
  const last = await settle(first, look, world);
  // The matches have left while the run looked: whether they are gone needs two readings, too.
  if (last !== first && last.found.length === 0) return await findToDelete(spec, all, world);
  const { listing, found } = last;
  const what = service.describe(spec);
  if (all || found.length === 0) refuseDoubt(what, doubtfulAmong(spec, listing.processes, service));
  if (found.length > 0) store.mayWrite();
  else await waitUntilGone(allCandidates(spec, listing.leaving, service), world);
  if (all || found.length <= 1) return found;
  const advice = 'pass the process-id of one, or delete them all with all: true. Nothing was deleted';
  throw severalMatch(what, found, 'only one is to be deleted', service, advice);
}

/**
 * Deletes processes one after the other, and waits for removals that go on after the response. A failure does not stop
 * the others; a cancellation does.
 */
export async function deleteAll<P extends Existing>(
  found: readonly P[],
  world: WaitingWorld,
): Promise<RemovalResult<P>> {
  const { store, runtime } = world;
  const asked: P[] = [];
  const left: { process: P; error: string }[] = [];
  let stopped: string | undefined;
  for (const process of found) {
    if (stopped !== undefined) {
      left.push({ process, error: stopped });
      continue;
    }
    try {
      await removeForSure(store, process.id);
      asked.push(process);
      runtime.checkpoint(`${store.removalSpan === 0 ? 'deleted' : 'asked to remove'} ${idsOf(asked)}`);
    } catch (error) {
      left.push({ process, error: reasonOf(error) });
      if (error instanceof Cancelled) stopped = 'not started, since the step was cancelled';
    }
  }
  const slow = await untilGone(asked, world);
  const deleted = asked.filter((process) => !slow.includes(process));
  for (const { id } of deleted) runtime.log(`Deleted ${id}`);
  // The error names the others.
  runtime.checkpoint(deleted.length > 0 ? `deleted ${idsOf(deleted)}` : undefined);
  const error = `still there ${inSeconds(store.removalSpan)} after the service accepted the request`;
  return { deleted, left: [...left, ...slow.map((process) => ({ process, error }))] };
}

/** Waits until the service has removed the processes. Returns those that still exist at the end. */
export async function untilGone<P extends Existing>(
  removed: readonly P[],
  world: WaitingWorld,
): Promise<readonly P[]> {
  const { store, runtime } = world;
  if (removed.length === 0 || store.removalSpan === 0) return [];
  let left = removed;
  runtime.log(`Waiting until ${idsOf(left)} ${left.length === 1 ? 'is' : 'are'} removed`);
  const look = async (): Promise<void> => {
    const shown = new Set(allIn(await store.list()).map(({ id }) => id));
    left = left.filter(({ id }) => shown.has(id));
  };
  const onProgress = (seconds: number) =>
    runtime.log(`Still being removed after ${seconds} s: ${idsOf(left)}`);
  await lookFor(store.removalSpan, look, () => left.length === 0, world, { onProgress });
  return left;
}

/** Waits as `untilGone` does, but throws a `Failure` if a process still exists at the end. */
export async function waitUntilGone(removed: readonly Existing[], world: WaitingWorld): Promise<void> {
  const left = await untilGone(removed, world);
  if (left.length === 0) return;
  throw new Failure({
    what: `Background process ${idsOf(left)}`,
    why: `it was still being removed after ${inSeconds(world.store.removalSpan)}`,
    fix: 'Run the job again when it is gone',
  });
}

export function deleteFailure({ deleted, left }: RemovalResult<Existing>): Failure | undefined {
  if (left.length === 0) return undefined;
  const what = `${left.length} of ${processCount(left.length + deleted.length)} not deleted`;
  const details = `${bullets(left.map(({ process, error }) => `${process.id}: ${error}`))}\n`;
  return new Failure({
    ...{ headline: what, details, what },
    why: `\n${details}`,
    fix: 'When the cause is fixed, run the job again: a process that is gone counts as deleted',
  });
}
