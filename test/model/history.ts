/** The items at each moment of the past, for views that lag. */
export class History<T> {
  readonly #versions: { readonly from: number; readonly items: ReadonlyMap<string, T> }[] = [
    { from: Number.NEGATIVE_INFINITY, items: new Map() },
  ];

  get now(): ReadonlyMap<string, T> {
    return this.#versions.at(-1)?.items ?? new Map();
  }

  /** Returns the items at a moment, after all changes of this moment. Returns the same map for the same version. */
  at(moment: number): ReadonlyMap<string, T> {
    return this.#versions.findLast(({ from }) => from <= moment)?.items ?? new Map();
  }

  put(id: string, item: T, from: number): void {
    this.#versions.push({ from, items: new Map(this.now).set(id, item) });
  }

  drop(id: string, from: number): void {
    const items = new Map(this.now);
    items.delete(id);
    this.#versions.push({ from, items });
  }
}
