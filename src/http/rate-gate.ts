import { backoff, type Clock, type Random } from '../time.ts';
import { HttpFailure } from './failure.ts';
import { maxConcurrency } from './transport.ts';

/** Pauses in milliseconds after a 429 without a time to wait: the service counts requests per minute. */
const pauses = { first: 1_000, longest: 20_000 } as const;
/** Milliseconds after the gate has opened again in which requests go one at a time. */
const singleFile = 60_000;
/** The longest `Retry-After` that extends the deadlines, in milliseconds. */
const longestExtending = 120_000;
/** The most milliseconds by which all of them together extend the deadlines. */
const mostExtended = 30 * 60_000;

/**
 * The gate for all requests of a run: a few run at once, the others wait. After a 429 the gate closes for all requests,
 * for as long as the service asks, since they share one rate limit. Then requests go one at a time for a while, so that
 * the next 429 refuses only one of them.
 */
export class RateGate {
  readonly #clock: Clock;
  readonly #random: Random;
  #pause: () => number;
  readonly #closed: Spans;
  readonly #extending: Spans;
  #passing = 0;
  readonly #line: (() => void)[] = [];
  /** The number of reads sent through the gate. */
  reads = 0;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
    this.#pause = backoff(pauses, random);
    this.#closed = new Spans(clock);
    this.#extending = new Spans(clock);
  }

  get closedFor(): number {
    return this.#closed.left;
  }

  /** Milliseconds for which the gate has been closed so far. */
  get wasClosedFor(): number {
    return this.#closed.total - this.#closed.left;
  }

  /** Milliseconds by which the service's own `Retry-After` has extended the deadlines so far. */
  get extension(): number {
    return Math.min(this.#extending.total, mostExtended);
  }

  /** Sends as soon as the gate is open. `check` gets the milliseconds to wait, and throws if the wait is too long. */
  async pass<T>(check: (wait: number) => void, cancelled: AbortSignal, send: () => Promise<T>): Promise<T> {
    if (this.closedFor > 0) check(this.closedFor);
    if (this.#passing >= this.#most) await new Promise<void>((resolve) => this.#line.push(resolve));
    else this.#passing++;
    try {
      // The gate may close again, or for longer, while a request waits.
      for (let wait = this.closedFor; wait > 0; wait = this.closedFor) {
        check(wait);
        await this.#clock.sleep(wait, cancelled);
      }
      return await this.#noting(send);
    } finally {
      this.#passing--;
      for (; this.#passing < this.#most && this.#line.length > 0; this.#passing++) this.#line.shift()?.();
    }
  }

  get #most(): number {
    return this.#clock.now() < this.#closed.end + singleFile ? 1 : maxConcurrency;
  }

  async #noting<T>(send: () => Promise<T>): Promise<T> {
    try {
      const answer = await send();
      this.#pause = backoff(pauses, this.#random);
      return answer;
    } catch (error) {
      if (error instanceof HttpFailure) this.#note(error);
      throw error;
    }
  }

  #note({ retry, retryAfter }: HttpFailure): void {
    if (retryAfter !== undefined && retryAfter <= longestExtending) this.#extending.add(retryAfter);
    if (retry !== 'after-reset') return;
    // Requests that ran at the same time get their 429 together: the first one has closed the gate.
    if (retryAfter === undefined && this.closedFor > 0) return;
    this.#closed.add(retryAfter ?? this.#pause());
  }
}

/** A total of time spans, each from the moment when it is added. Time in several spans counts once. */
class Spans {
  readonly #clock: Clock;
  end = Number.NEGATIVE_INFINITY;
  /** Milliseconds of all spans, including the time to come. */
  total = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until the last span ends. */
  get left(): number {
    return Math.max(0, this.end - this.#clock.now());
  }

  add(ms: number): void {
    const before = this.left;
    this.end = Math.max(this.end, this.#clock.now() + ms);
    this.total += this.left - before;
  }
}
