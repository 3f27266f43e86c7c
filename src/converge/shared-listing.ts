import type { Clock } from '../time.ts';
import type { Semaphore } from './semaphore.ts';

/** How long a look may wait for creates under way to end, twice, in milliseconds: racing runs wait longer than that. */
const longestWait = 500;

/**
 * Operations share one list request. A caller always gets a list whose request started after the call. Creates wait while
 * a list is read, since they would shift its pages.
 */
export class SharedListing<L extends { readonly pages: number }> {
  readonly #list: () => Promise<L>;
  readonly #semaphore: Semaphore;
  readonly #clock: Clock;
  readonly #cancelled: AbortSignal;
  #previous: L | undefined;
  #latest: L;
  #next: Promise<L> | undefined;
  #creating = 0;
  #reading: Promise<L> | undefined;
  /** Creates that may not begin yet. */
  readonly #waiting: (() => void)[] = [];
  readonly #idlers = new Set<() => void>();

  constructor(
    list: () => Promise<L>,
    first: L,
    world: { readonly semaphore: Semaphore; readonly clock: Clock; readonly cancelled: AbortSignal },
  ) {
    this.#list = list;
    this.#latest = first;
    this.#semaphore = world.semaphore;
    this.#clock = world.clock;
    this.#cancelled = world.cancelled;
  }

  /** The last one that was made; where that has several pages, the one before it, too: two that show the same are sure. */
  get known(): readonly L[] {
    return this.#latest.pages > 1 && this.#previous !== undefined
      ? [this.#previous, this.#latest]
      : [this.#latest];
  }

  /** One that begins from now on. */
  refreshed(): Promise<L> {
    this.#next ??= this.#listSoon();
    return this.#next;
  }

  /** Runs a create, which looks wait for, within reason. */
  async creating<T>(create: () => Promise<T>): Promise<T> {
    const begun = new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#letIn();
    await begun;
    try {
      return await create();
    } finally {
      this.#creating--;
      this.#letIn();
      if (this.#creating === 0) for (const goOn of this.#idlers) goOn();
    }
  }

  #letIn(): void {
    while (this.#reading === undefined && this.#creating < this.#semaphore.most) {
      const begin = this.#waiting.shift();
      if (begin === undefined) return;
      this.#creating++;
      begin();
    }
  }

  /** Once the listing that is being read has come in, and creates under way have ended. */
  async #listSoon(): Promise<L> {
    try {
      await this.#reading?.catch(() => undefined);
      await this.#untilCreated();
      // Whose create was answered last gets the time to ask, too.
      await this.#clock.sleep(0, this.#cancelled);
    } catch (error) {
      this.#next = undefined;
      throw error;
    }
    this.#reading = this.#read();
    try {
      return await this.#reading;
    } finally {
      this.#reading = undefined;
      this.#letIn();
    }
  }

  async #read(): Promise<L> {
    try {
      await this.#untilCreated();
    } finally {
      // Who asks from here on may have made something after this listing has begun.
      this.#next = undefined;
    }
    const listing = await this.#semaphore.run(this.#list, 'urgent');
    this.#previous = this.#latest;
    this.#latest = listing;
    return listing;
  }

  async #untilCreated(): Promise<void> {
    if (this.#creating === 0) return;
    const idle = new AbortController();
    const goOn = (): void => idle.abort();
    this.#idlers.add(goOn);
    try {
      await this.#clock.sleep(longestWait, AbortSignal.any([idle.signal, this.#cancelled]));
    } catch (error) {
      if (!idle.signal.aborted) throw error;
    } finally {
      this.#idlers.delete(goOn);
    }
  }
}
