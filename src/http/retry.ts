import { Cancelled } from '../failure.ts';
import { backoff, type Clock, type Deadline, inWords, type Random } from '../time.ts';
import { HttpFailure, type Retry } from './failure.ts';
import type { CallHints } from './hints.ts';

/** Milliseconds from the first failure on: a deploy must outlive a restart of the service's edge. */
const budgets: Partial<Record<Retry, number>> = { patiently: 60_000, briefly: 15_000 };
const thrice = 3;
const pauses = { first: 500, longest: 8_000 } as const;

/** How long one call goes on being tried: a budget of time, whatever the number of tries. */
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
    if (retry === 'never') return undefined;
    // How long that is, the gate knows: it holds for all calls.
    if (retry === 'when-allowed') return 0;
    if (retry === 'thrice') return ++this.#costly < thrice ? Math.max(this.#pause(), retryAfter) : undefined;
    const left = this.#firstFailure + (budgets[retry] ?? 0) - this.#clock.now();
    // The last try falls on the end of the budget, unless the server itself names a later moment.
    return left > 0 ? Math.max(Math.min(this.#pause(), left), retryAfter) : undefined;
  }

  /** Milliseconds in which nothing was tried do not count. */
  excuse(ms: number): void {
    if (this.#firstFailure !== undefined) this.#firstFailure += ms;
  }
}

/** Trying on would pass the deadline, by a wait that the server asked for or by an own pause. */
export function outOfTime(failure: HttpFailure, deadline: Deadline, service: string): HttpFailure {
  const limit = `the limit of ${inWords(deadline.span)} for this part of the step`;
  const { retryAfter = 0 } = failure;
  const because = !deadline.allows(retryAfter)
    ? `${service} asks to wait ${inWords(retryAfter)}, which is more than is left of ${limit}`
    : `no time is left to try again within ${limit}`;
  return failure.forGood({ why: `${withoutStop(failure.why)}; ${because}` });
}

/** It was tried for long enough. */
export function stillFailing(failure: HttpFailure, tries: number, ms: number): HttpFailure {
  if (tries === 1) return failure;
  return failure.forGood({
    why: `${withoutStop(failure.why)}; it was tried ${tries} times in ${inWords(ms)}`,
  });
}

/** The time was over before the request could be sent. */
export function nothingLeft(what: string, deadline: Deadline): HttpFailure {
  const reason = `the limit of ${inWords(deadline.span)} for this part of the step has passed`;
  return new HttpFailure(
    { what, why: reason, fix: 'Run the job again later' },
    { reason, arrival: 'no', retry: 'never' },
  );
}

/** The gate is closed for longer than the time that is left. */
export function closedTooLong(call: CallHints, wait: number, deadline: Deadline, fix: string): HttpFailure {
  const reason = `no request may be sent for ${inWords(wait)}, since too many were made, which is more than is left of the limit of ${inWords(deadline.span)} for this part of the step`;
  return new HttpFailure(
    { what: call.what, why: reason, fix },
    { reason, arrival: 'no', retry: 'never', status: 429 },
  );
}

/** What was under way when the step was told to stop ends with this. A read, and what was not sent, changed nothing. */
export function stopped(call: CallHints, stop: AbortSignal, isSent: boolean): unknown {
  if (call.method === 'GET' || !isSent) return stop.reason;
  return new Cancelled(
    {
      what: call.what,
      why: 'the step was told to stop before the answer came, so it may have taken effect or not',
      fix: 'Look there before running this again',
    },
    { mayHaveActed: true },
  );
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, '');
}
