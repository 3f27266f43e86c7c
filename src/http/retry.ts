import { Cancelled, withoutStop } from '../failure.ts';
import { backoff, type Clock, type Random, timeOf } from '../time.ts';
import { HttpFailure, type Retry } from './failure.ts';
import { type Method, maxConcurrency, type TransportResponse } from './transport.ts';

/** Milliseconds from the first failure to the last attempt: a step must survive a restart of the service's edge. */
const budgets: Partial<Record<Retry, number>> = { long: 60_000, short: 15_000 };
const retryPauses = { first: 500, longest: 8_000 } as const;

/** The retry budget of one call. */
export class Patience {
  readonly #clock: Clock;
  readonly #pause: () => number;
  #firstFailure: number | undefined;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#pause = backoff(retryPauses, random);
  }

  /** Returns the milliseconds to wait before the next attempt; undefined when the budget is used up. */
  after({ retry, retryAfter = 0 }: HttpFailure): number | undefined {
    this.#firstFailure ??= this.#clock.now();
    // The gate itself waits, for all calls.
    if (retry === 'after-reset') return 0;
    const left = this.#firstFailure + (budgets[retry] ?? 0) - this.#clock.now();
    // The last attempt is at the end of the budget, unless the server itself names a later moment.
    return left > 0 ? Math.max(Math.min(this.#pause(), left), retryAfter) : undefined;
  }

  /** Extends the budget by the milliseconds in which the call waited for its turn. */
  pauseBudget(ms: number): void {
    if (this.#firstFailure !== undefined) this.#firstFailure += ms;
  }
}

/** Returns a failure after its last attempt, with the reason why there is no other. */
export function gaveUp(failure: HttpFailure, because: string): HttpFailure {
  return failure.asFinal({ why: `${withoutStop(failure.why)}; ${because}` });
}

/** Returns the failure of a request that is not sent, since its time is over, or would be. */
export function unsent(what: string, reason: string, fix: string, status?: number): HttpFailure {
  return new HttpFailure({ what, why: reason, fix }, { reason, arrival: 'no', retry: 'no', status });
}

/** Returns the error of a request that the cancelled step ended. A read, or a request not yet sent, changed nothing. */
export function stopped(
  call: { readonly method: Method; readonly what: string },
  stop: AbortSignal,
  isSent: boolean,
): unknown {
  return call.method === 'GET' || !isSent ? stop.reason : unanswered(call.what);
}

/** Returns the error of a request that may have taken effect, in a cancelled step. */
export function unanswered(what: string): Cancelled {
  return new Cancelled(
    {
      what,
      why: 'the step was cancelled before the response came, so it may have taken effect or not',
      fix: 'The dashboard shows whether it has',
    },
    { mayHaveActed: true },
  );
}

/** The longest wait in seconds that a service may ask for: a larger number is a Unix time, or invalid. */
const year = 31_536_000;

/**
 * Returns the milliseconds that a service asks to wait: `Retry-After` in seconds or as a date (RFC 9110) or, for a 429,
 * `X-RateLimit-Reset` as a Unix time or in seconds from now, whichever is later. Undefined if both are missing,
 * negative, past or invalid. `now` is the wall clock, for a response without `Date`.
 */
export function retryAfter(
  { status, headers }: Pick<TransportResponse, 'status' | 'headers'>,
  now: number,
): number | undefined {
  const serverNow = dateOf(headers) ?? now;
  const waits = [
    asked(headers['retry-after'], serverNow),
    status === 429 ? reset(headers['x-ratelimit-reset'], serverNow) : undefined,
  ].filter((wait) => wait !== undefined);
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** Returns the server's clock at the time of the response, in milliseconds since 1970. */
export function dateOf(headers: TransportResponse['headers']): number | undefined {
  return timeOf(headers['date']);
}

function asked(value = '', now: number): number | undefined {
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return waitOf(Number(value));
  // An HTTP date holds the name of its day; any other text that `Date.parse` accepts is invalid.
  return /[a-z]{3}/i.test(value) ? waitOf((Date.parse(value) - now) / 1000) : undefined;
}

function reset(value = '', now: number): number | undefined {
  if (!/^\s*\d+\s*$/.test(value)) return undefined;
  const number = Number(value);
  return waitOf(number > year ? number - now / 1000 : number);
}

function waitOf(seconds: number): number | undefined {
  return seconds > 0 && seconds <= year ? seconds * 1000 : undefined;
}

/** Pauses in milliseconds after a 429 without a time to wait: the service counts requests per minute. */
const gatePauses = { first: 1_000, longest: 20_000 } as const;
/** The shortest pause after several 429 in a row, however soon the service lets a run try again: 30 requests a minute. */
const leastPause = 2_000;
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
    this.#pause = backoff(gatePauses, random);
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
      this.#pause = backoff(gatePauses, this.#random);
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
    const pause = this.closedFor === 0 ? this.#pause() : 0;
    this.#closed.add(retryAfter === undefined ? pause : Math.max(retryAfter, Math.min(pause, leastPause)));
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
