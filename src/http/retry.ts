import { Cancelled, withoutStop } from '../failure.ts';
import { backoff, type Clock, type Deadline, inWords, type Random, timeOf } from '../time.ts';
import { HttpFailure, type Retry } from './failure.ts';
import type { Method, TransportResponse } from './transport.ts';

/** Milliseconds from the first failure on: a deploy must survive a restart of the service's edge. */
const budgets: Partial<Record<Retry, number>> = { long: 60_000, short: 15_000 };
const mostCostly = 3;
const pauses = { first: 500, longest: 8_000 } as const;

/** How long one call is tried again: a budget of time, whatever the number of tries. */
export class Patience {
  readonly #clock: Clock;
  readonly #pause: () => number;
  #firstFailure: number | undefined;
  #costly = 0;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#pause = backoff(pauses, random);
  }

  /** Milliseconds to wait before the next try; undefined when the call is to be given up. */
  after({ retry, retryAfter = 0 }: HttpFailure): number | undefined {
    this.#firstFailure ??= this.#clock.now();
    if (retry === 'no') return undefined;
    // The gate knows how long: it holds for all calls.
    if (retry === 'after-reset') return 0;
    if (retry === 'three-times')
      return ++this.#costly < mostCostly ? Math.max(this.#pause(), retryAfter) : undefined;
    const left = this.#firstFailure + (budgets[retry] ?? 0) - this.#clock.now();
    // The last try falls on the end of the budget, unless the server itself names a later moment.
    return left > 0 ? Math.max(Math.min(this.#pause(), left), retryAfter) : undefined;
  }

  /** Leaves out milliseconds in which this call had to wait for its turn. */
  pauseBudget(ms: number): void {
    if (this.#firstFailure !== undefined) this.#firstFailure += ms;
  }
}

export function outOfTime(failure: HttpFailure, deadline: Deadline, service: string): HttpFailure {
  const limit = `the limit of ${inWords(deadline.span)} for this part of the step`;
  const { retryAfter = 0 } = failure;
  const because = !deadline.allows(retryAfter)
    ? `${service} asks to wait ${inWords(retryAfter)}; this step waits at most ${inWords(deadline.span)}`
    : `no time is left to try again within ${limit}`;
  return failure.asFinal({ why: `${withoutStop(failure.why)}; ${because}` });
}

export function stillFailing(failure: HttpFailure, tries: number, ms: number): HttpFailure {
  if (tries === 1) return failure;
  return failure.asFinal({
    why: `${withoutStop(failure.why)}; it was tried ${tries} times in ${inWords(ms)}`,
  });
}

export function nothingLeft(what: string, deadline: Deadline): HttpFailure {
  const reason = `the limit of ${inWords(deadline.span)} for this part of the step has passed`;
  return new HttpFailure(
    { what, why: reason, fix: 'Run the job again later' },
    { reason, arrival: 'no', retry: 'no' },
  );
}

export function closedTooLong(what: string, wait: number, deadline: Deadline, fix: string): HttpFailure {
  const reason = `rate limited for another ${inWords(wait)}; this step waits at most ${inWords(deadline.span)}`;
  return new HttpFailure({ what, why: reason, fix }, { reason, arrival: 'no', retry: 'no', status: 429 });
}

/** The error of a request that was under way when the step was cancelled. A read, or a request not sent, changed nothing. */
export function stopped(
  call: { readonly method: Method; readonly what: string },
  stop: AbortSignal,
  isSent: boolean,
): unknown {
  if (call.method === 'GET' || !isSent) return stop.reason;
  return new Cancelled(
    {
      what: call.what,
      why: 'the step was cancelled before the answer came, so it may have taken effect or not',
      fix: 'Look there before running this again',
    },
    { mayHaveActed: true },
  );
}

/** Nobody asks to wait for longer than this many seconds: a larger number is a Unix time, or nonsense. */
const year = 31_536_000;

/**
 * Milliseconds that a service asks to wait: `Retry-After` in seconds or as a date (RFC 9110), and of a 429 also
 * `X-RateLimit-Reset`, a Unix time or seconds from now; the later of both. Undefined if both are negative, past or
 * nonsense. `now` is the wall clock, for an answer without `Date`.
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

/** The server's clock when it answered, in milliseconds since 1970. */
export function dateOf(headers: TransportResponse['headers']): number | undefined {
  return timeOf(headers['date']);
}

function asked(value = '', now: number): number | undefined {
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return waitOf(Number(value));
  // An HTTP date names its day; what else a parser takes for a date is nonsense.
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
