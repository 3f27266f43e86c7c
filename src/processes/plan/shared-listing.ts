import type { Clock } from '../../time/clock.ts';
import type { Limit } from './limit.ts';

/** How long a look may wait for creates under way to end, in milliseconds: racing runs wait longer than this. */
const patience = 1_000;

/**
 * The listings of one place, shared by everything that works on it: whoever asks gets one that began after the
 * question, and those who ask while creates are under way get the same.
 */
export class SharedListing<L> {
  readonly #list: () => Promise<L>;
  readonly #limit: Limit;
  readonly #clock: Clock;
  readonly #cancelled: AbortSignal;
  #latest: L;
  #next: Promise<L> | undefined;
  #creating = 0;
  #whenIdle: (() => void) | undefined;

  constructor(
    list: () => Promise<L>,
    first: L,
    world: { readonly limit: Limit; readonly clock: Clock; readonly cancelled: AbortSignal },
  ) {
    this.#list = list;
    this.#latest = first;
    this.#limit = world.limit;
    this.#clock = world.clock;
    this.#cancelled = world.cancelled;
  }

  /** The last one that was made. */
  get latest(): L {
    return this.#latest;
  }

  /** One that begins from now on. */
  refreshed(): Promise<L> {
    this.#next ??= this.#listSoon();
    return this.#next;
  }

  /** Runs a create, which looks wait for, within reason. */
  async creating<T>(create: () => Promise<T>): Promise<T> {
    this.#creating++;
    try {
      return await create();
    } finally {
      this.#creating--;
      if (this.#creating === 0) this.#whenIdle?.();
    }
  }

  async #listSoon(): Promise<L> {
    try {
      await this.#idle();
    } finally {
      // Who asks from here on may have made something after this listing has begun.
      this.#next = undefined;
    }
    this.#latest = await this.#limit.run(this.#list, 'urgent');
    return this.#latest;
  }

  async #idle(): Promise<void> {
    if (this.#creating > 0) await this.#untilCreated();
    // Whose create was answered last gets the time to ask, too.
    await this.#clock.sleep(0, this.#cancelled);
  }

  async #untilCreated(): Promise<void> {
    const idle = new AbortController();
    this.#whenIdle = () => idle.abort();
    try {
      await this.#clock.sleep(patience, AbortSignal.any([idle.signal, this.#cancelled]));
    } catch (error) {
      if (!idle.signal.aborted) throw error;
    } finally {
      this.#whenIdle = undefined;
    }
  }
}
