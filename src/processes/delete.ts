import { Cancelled, Failure, messageOf } from '../failure.ts';
import type { Timing } from '../time/poll.ts';
import type { ExistingProcess } from './existing.ts';
import { allCandidates } from './identity.ts';
import type { Listing } from './listing.ts';
import { ProcessFailure, severalMatch } from './process-failure.ts';
import { type Removing, removeForSure } from './remove.ts';
import { settle } from './settle.ts';
import { describe, type ProcessSpec } from './spec.ts';
import type { PinnedStore, ProcessStore } from './store.ts';
import { mayBeDeclared, refuseUnreadable } from './unreadable.ts';
import { readTwice } from './whole-listing.ts';

export interface DeleteWorld<S extends PinnedStore = ProcessStore> extends Timing {
  readonly store: S;
  log(line: string): void;
}

export interface Deleted<P extends { readonly id: string } = ExistingProcess> {
  readonly deleted: readonly P[];
  readonly left: readonly { readonly process: P; readonly error: string }[];
}

/** Finds the one process to delete, or, where all are meant, all of this identity. Throws a `Failure` for too many. */
export async function findToDelete(
  spec: ProcessSpec,
  all: boolean,
  world: DeleteWorld,
): Promise<readonly ExistingProcess[]> {
  const { store } = world;
  const sightingOf = (listing: Listing<ExistingProcess>) => {
    // Of any connection unless one is named: a second run must not go on to the next best.
    const found = allCandidates(spec, listing.processes);
    const contested = all || found.length <= 1 ? [] : found;
    return { listing, found, contested, serverTime: listing.serverTime };
  };
  const look = async () => sightingOf(await store.list());

  let first = await look();
  if (first.found.length === 0) first = sightingOf(await readTwice(first.listing, () => store.list(), world));
  const { listing, found } = await settle(first, look, world);
  if (all || found.length === 0)
    refuseUnreadable(describe(spec), listing.unreadable, (known) => mayBeDeclared(spec, known));
  if (found.length > 0) store.mayWrite();
  if (all || found.length <= 1) return found;
  const { what, why } = severalMatch(describe(spec), found, 'only one is to be deleted');
  throw new ProcessFailure('several-match', {
    what,
    why,
    fix: 'Nothing was deleted. Name the one that is meant',
  });
}

/** Deletes one after the other, and tells what became of each: one that cannot be deleted does not save the rest. */
export async function deleteAll<P extends { readonly id: string }>(
  found: readonly P[],
  { store, log }: { readonly store: Removing; log(line: string): void },
): Promise<Deleted<P>> {
  const deleted: P[] = [];
  const left: { process: P; error: string }[] = [];
  let stopped: string | undefined;
  for (const process of found) {
    if (stopped !== undefined) {
      left.push({ process, error: stopped });
      continue;
    }
    try {
      await removeForSure(store, process.id);
      deleted.push(process);
      log(`Deleted ${process.id}`);
    } catch (error) {
      left.push({ process, error: messageOf(error) });
      if (error instanceof Cancelled) stopped = 'not begun, since the step was told to stop';
    }
  }
  return { deleted, left };
}

/** One error for what could not be deleted; undefined when nothing is left. */
export function deleteFailure({ deleted, left }: Deleted<{ readonly id: string }>): Failure | undefined {
  if (left.length === 0) return undefined;
  const lines = left.slice(0, 20).map(({ process, error }) => `- ${process.id}: ${error}`);
  if (left.length > lines.length) lines.push(`- and ${left.length - lines.length} more`);
  const done = deleted.length === 0 ? 'none' : deleted.map(({ id }) => id).join(', ');
  return new Failure({
    what: 'Deleting background processes',
    why: `${left.length} of ${left.length + deleted.length} could not be deleted\n${lines.join('\n')}\nDeleted: ${done}`,
    fix: 'Run the job again: what is gone counts as deleted',
  });
}
