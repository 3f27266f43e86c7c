interface Write<T> {
  at: number;
  id: string;
  /** The item before the write, with its place in the list; undefined for a create. */
  before?: { item: T; place: number };
}

/**
 * A journal of the writes by requests, for views that lag: such a view takes the latest writes back. Objects that a
 * test sets up itself are not in the journal, and every view shows them at once.
 */
export class Journal<T extends { id: string }> {
  readonly #writes: Write<T>[] = [];

  made({ id }: T, at: number): void {
    this.#writes.push({ at, id });
  }

  /** Records a write. To be called before an item is changed in place or removed from the list. */
  changing(items: readonly T[], item: T, at: number): void {
    const place = items.findIndex(({ id }) => id === item.id);
    this.#writes.push({ at, id: item.id, before: { item: { ...item }, place } });
  }

  /** Returns the items without the writes after the moment. */
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
