import type { Clock } from '../../time/clock.ts';
import type { Limit } from './limit.ts';

/** How long a look may wait for creates under way to end, twice, in milliseconds: racing runs wait longer than that. */
const patience = 700;

/**
 * The listings of one place, shared by everything that works on it: whoever asks gets one that began after the
 * question, and those who ask while creates are under way get the same. No create begins while one is read: it would move
 * the pages.
 */
export class SharedListing<L> {
  readonly #list: () => Promise<L>;
  readonly #limit: Limit;
  readonly #clock: Clock;
  readonly #cancelled: AbortSignal;
  readonly #first: L;
  #latest: L;
  #next: Promise<L> | undefined;
  #creating = 0;
  #reading = 0;
  /** Creates that may not begin yet. */
  readonly #waiting: (() => void)[] = [];
  readonly #idlers = new Set<() => void>();

  constructor(
    list: () => Promise<L>,
    first: L,
    world: { readonly limit: Limit; readonly clock: Clock; readonly cancelled: AbortSignal },
  ) {
    this.#list = list;
    this.#first = first;
    this.#latest = first;
    this.#limit = world.limit;
    this.#clock = world.clock;
    this.#cancelled = world.cancelled;
  }

  /** The last one that was made, and whether another one, which the plan was made from, came before it. */
  get latest(): { readonly listing: L; readonly isSecond: boolean } {
    return { listing: this.#latest, isSecond: this.#latest !== this.#first };
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
    while (this.#reading === 0 && this.#creating < this.#limit.most) {
      const begin = this.#waiting.shift();
      if (begin === undefined) return;
      this.#creating++;
      begin();
    }
  }

  async #listSoon(): Promise<L> {
    try {
      await this.#idle();
      return await this.#read();
    } catch (error) {
      this.#next = undefined;
      throw error;
    }
  }

  async #read(): Promise<L> {
    this.#reading++;
    try {
      await this.#untilCreated();
      this.#latest = await this.#limit.run(async () => {
        // Who asks from here on may have made something after this listing has begun.
        this.#next = undefined;
        return await this.#list();
      }, 'urgent');
      return this.#latest;
    } finally {
      this.#reading--;
      this.#letIn();
    }
  }

  async #idle(): Promise<void> {
    await this.#untilCreated();
    // Whose create was answered last gets the time to ask, too.
    await this.#clock.sleep(0, this.#cancelled);
  }

  async #untilCreated(): Promise<void> {
    if (this.#creating === 0) return;
    const idle = new AbortController();
    const goOn = (): void => idle.abort();
    this.#idlers.add(goOn);
    try {
      await this.#clock.sleep(patience, AbortSignal.any([idle.signal, this.#cancelled]));
    } catch (error) {
      if (!idle.signal.aborted) throw error;
    } finally {
      this.#idlers.delete(goOn);
    }
  }
}
