/** What was there, from which moment on: so that a view can lie behind. */
export class History<T> {
  readonly #versions: { readonly from: number; readonly items: ReadonlyMap<string, T> }[] = [
    { from: Number.NEGATIVE_INFINITY, items: new Map() },
  ];

  get now(): ReadonlyMap<string, T> {
    return this.#versions.at(-1)?.items ?? new Map();
  }

  /** As it was at a moment; all that happened in it is in. The same map for the same. */
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
