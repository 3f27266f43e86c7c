/** Requests at once to one API: enough to fill the waiting, few enough to stay polite. */
export const maxConcurrency = 6;

/** Runs a task for each item, only so many at once, and gives the results in the order of the items. */
export async function sideBySide<T, R>(items: readonly T[], task: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  // One iterator for all: each takes the next item that nobody has taken.
  const queue = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(maxConcurrency, items.length) }, work));
  return results;
}
