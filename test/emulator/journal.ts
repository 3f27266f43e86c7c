interface Write<T> {
  at: number;
  id: string;
  /** The item before the write and its place in the list; missing if the write made it. */
  before?: { item: T; place: number };
}

/**
 * What callers have written and when, so that a view can lie behind: the latest writes are taken back in it. What a test
 * lays out itself is not written here, and shows in every view at once.
 */
export class Journal<T extends { id: string }> {
  readonly #writes: Write<T>[] = [];

  made({ id }: T, at: number): void {
    this.#writes.push({ at, id });
  }

  /** To be told before an item is changed in place or taken out of the list. */
  changing(items: readonly T[], item: T, at: number): void {
    const place = items.findIndex(({ id }) => id === item.id);
    this.#writes.push({ at, id: item.id, before: { item: { ...item }, place } });
  }

  /** The items without what was written after the moment. */
  asOf(items: readonly T[], moment: number): readonly T[] {
    const undone = this.#writes.filter(({ at }) => at > moment).reverse();
    if (undone.length === 0) return items;
    const view = [...items];
    for (const { id, before } of undone) {
      const place = view.findIndex((item) => item.id === id);
      if (place >= 0) view.splice(place, 1);
      if (before !== undefined) view.splice(place >= 0 ? place : before.place, 0, before.item);
    }
    return view;
  }
}
