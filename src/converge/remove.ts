import { Cancelled, Failure, messageOf } from '../failure.ts';

/** What it takes to remove a process. */
export interface Removing {
  find(id: string): Promise<unknown>;
  remove(id: string): Promise<void>;
}

/** Removes a process. When no answer tells whether that worked, the process itself does: gone is success. */
export async function removeForSure(store: Removing, id: string): Promise<void> {
  try {
    await store.remove(id);
  } catch (error) {
    if (error instanceof Cancelled || !(await isGone(store, id))) throw error;
  }
}

async function isGone(store: Removing, id: string): Promise<boolean> {
  try {
    return (await store.find(id)) === undefined;
  } catch {
    return false;
  }
}

export interface Deleted<P extends { readonly id: string }> {
  readonly deleted: readonly P[];
  readonly left: readonly { readonly process: P; readonly error: string }[];
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
