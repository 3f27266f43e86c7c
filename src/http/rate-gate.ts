import { backoff, type Clock, type Random } from '../time.ts';
import { HttpFailure } from './failure.ts';
import { maxConcurrency } from './transport.ts';

/** For a 429 that does not say how long to wait: the service's window is a minute. */
const pauses = { first: 1_000, longest: 20_000 } as const;
/** For so many milliseconds after it has opened again, requests go one at a time. */
const singleFile = 60_000;
/** A wait of up to this many milliseconds extends the deadline of the run, and all of them by this many at most. */
const longestExtending = 120_000;
const mostExtended = 30 * 60_000;

/**
 * The one gate of all requests of a run: a few go at once, the others wait before it. After a 429 it closes for everybody,
 * for as long as the service asks: the limit is not that of one request. Then requests go one at a time for a while, so
 * that not all of them meet the next 429.
 */
export class RateGate {
  readonly #clock: Clock;
  readonly #random: Random;
  #pause: () => number;
  readonly #closed: Spans;
  readonly #extending: Spans;
  #passing = 0;
  readonly #line: (() => void)[] = [];
  /** Reads that were sent through it. */
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

  /** Milliseconds for which it has been closed so far. */
  get wasClosedFor(): number {
    return this.#closed.total - this.#closed.left;
  }

  /** Milliseconds by which the service's own `Retry-After` has extended the deadlines so far. */
  get extension(): number {
    return Math.min(this.#extending.total, mostExtended);
  }

  /** Sends as soon as the gate is open. `check` is asked whether so long a wait makes sense, and throws if not. */
  async pass<T>(send: () => Promise<T>, check: (wait: number) => void, cancelled: AbortSignal): Promise<T> {
    check(this.closedFor);
    if (this.#passing >= this.#most) await new Promise<void>((resolve) => this.#line.push(resolve));
    else this.#passing++;
    try {
      // Requests that were let in before it closed may find that it stays closed for longer.
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
    // Several that were on their way together are turned away together.
    if (retryAfter === undefined && this.closedFor > 0) return;
    this.#closed.add(retryAfter ?? this.#pause());
  }
}

/** Spans of time from now on, of which those that overlap count once. */
class Spans {
  readonly #clock: Clock;
  end = Number.NEGATIVE_INFINITY;
  /** In milliseconds, the time to come included. */
  total = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until the last of them ends. */
  get left(): number {
    return Math.max(0, this.end - this.#clock.now());
  }

  add(ms: number): void {
    const more = ms - this.left;
    if (more <= 0) return;
    this.end = this.#clock.now() + ms;
    this.total += more;
  }
}
