import { Cancelled } from '../failure.ts';
import type { ProcessStore } from './store.ts';

/** Removes a process. When no answer tells whether that worked, the process itself does: gone is success. */
export async function removeForSure(store: ProcessStore, id: string): Promise<void> {
  try {
    await store.remove(id);
  } catch (error) {
    if (error instanceof Cancelled || !(await isGone(store, id))) throw error;
  }
}

async function isGone(store: ProcessStore, id: string): Promise<boolean> {
  try {
    return (await store.find(id)) === undefined;
  } catch {
    return false;
  }
}
