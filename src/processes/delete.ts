import { Cancelled, Failure, messageOf } from '../failure.ts';
import { ambiguous } from './create-once.ts';
import type { ExistingProcess } from './existing.ts';
import { allCandidates } from './identity.ts';
import type { RaceDelays } from './race-delays.ts';
import { type Removing, removeForSure } from './remove.ts';
import { skipRepeats } from './skip-repeats.ts';
import { describe, type ProcessSpec } from './spec.ts';
import type { ProcessStore } from './store.ts';

/** What is to be deleted: one process by its id, or those of an identity. */
export type DeleteTarget =
  | { readonly by: 'id'; readonly id: string }
  | { readonly by: 'identity'; readonly spec: ProcessSpec };

export interface DeleteWorld {
  readonly store: ProcessStore;
  readonly delays: RaceDelays;
  log(line: string): void;
}

export interface Deleted<P extends { readonly id: string } = ExistingProcess> {
  readonly deleted: readonly P[];
  readonly left: readonly { readonly process: P; readonly error: string }[];
}

/** In a few words, for messages. */
export function describeDeleteTarget(target: DeleteTarget): string {
  switch (target.by) {
    case 'id':
      return `background process ${target.id}`;
    case 'identity':
      return describe(target.spec);
  }
}

/** Finds what is to be deleted. Throws a `Failure` for more than one, unless all are meant. */
export async function findToDelete(
  target: DeleteTarget,
  all: boolean,
  world: DeleteWorld,
): Promise<readonly ExistingProcess[]> {
  let found = await look(target, world.store);
  if (all) return found;
  const tell = skipRepeats(world.log);
  for (const pause of world.delays.settle()) {
    if (found.length <= 1) return found;
    tell(
      `${found.length} processes match (${found.map(({ id }) => id).join(', ')}); looking again, in case runs are racing`,
    );
    await world.delays.wait(pause);
    found = await look(target, world.store);
  }
  if (found.length <= 1) return found;
  const { what, why } = ambiguous(
    describeDeleteTarget(target),
    found,
    'without all: true only one is deleted',
  );
  throw new Failure({
    what,
    why,
    fix: 'Nothing was deleted. Name the one that is meant with process-id, or delete them all with all: true',
  });
}

async function look(target: DeleteTarget, store: ProcessStore): Promise<readonly ExistingProcess[]> {
  switch (target.by) {
    case 'id': {
      const process = await store.find(target.id);
      return process === undefined ? [] : [process];
    }
    case 'identity':
      // Of any connection unless one is named: a second run must not go on to the next best.
      return allCandidates(target.spec, (await store.list()).processes);
  }
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
