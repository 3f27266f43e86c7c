import type { Clock } from '../time.ts';
import type { Semaphore } from './semaphore.ts';

/** Milliseconds that a look waits for running creates, twice at most: racing runs wait longer. */
const longestWait = 500;

/**
 * A list that the operations of one place share. A caller always gets a list whose request started after the call.
 * Creates wait while a list is read, since they would shift its pages.
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
  /** Creates that wait for the end of a list request. */
  readonly #waiting: (() => void)[] = [];
  /** Aborted, and made new, whenever no create is running. */
  #idle = new AbortController();

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

  /** Returns the latest list. If it has several pages, also the list before: only two equal readings are certain. */
  get known(): readonly L[] {
    return this.#latest.pages > 1 && this.#previous !== undefined
      ? [this.#previous, this.#latest]
      : [this.#latest];
  }

  /** Returns a list whose request starts after this call. */
  refreshed(): Promise<L> {
    this.#next ??= this.#listSoon();
    return this.#next;
  }

  /** Runs a create. List requests wait for it, up to a limit. */
  async creating<T>(create: () => Promise<T>): Promise<T> {
    const begun = new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#letIn();
    await begun;
    try {
      return await create();
    } finally {
      this.#creating--;
      this.#letIn();
      if (this.#creating === 0) {
        this.#idle.abort();
        this.#idle = new AbortController();
      }
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

  /** Reads a list after the running list request and the running creates have ended. */
  async #listSoon(): Promise<L> {
    try {
      await this.#reading?.catch(() => undefined);
      await this.#untilCreated();
      // The operation whose create ended last can now ask for this list, too.
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
      // Later callers may have created a process after the start of this request.
      this.#next = undefined;
    }
    const listing = await this.#semaphore.run(this.#list, 'urgent');
    this.#previous = this.#latest;
    this.#latest = listing;
    return listing;
  }

  async #untilCreated(): Promise<void> {
    if (this.#creating === 0) return;
    const { signal } = this.#idle;
    try {
      await this.#clock.sleep(longestWait, AbortSignal.any([signal, this.#cancelled]));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
