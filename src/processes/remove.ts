import { Cancelled } from '../failure.ts';

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
