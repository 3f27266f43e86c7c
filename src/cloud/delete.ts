import { type Listing, readTwice, refuseUnreadable } from '../converge/listing.ts';
import { ProcessFailure, severalMatch } from '../converge/process-failure.ts';
import { settle } from '../converge/settle.ts';
import type { Timing } from '../time.ts';
import { allCandidates, mayBeDeclared } from './identity.ts';
import type { ExistingProcess } from './process.ts';
import { describe, type ProcessSpec } from './spec.ts';
import type { PinnedStore, ProcessStore } from './store-interface.ts';

export interface DeleteWorld<S extends PinnedStore = ProcessStore> extends Timing {
  readonly store: S;
  log(line: string): void;
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
