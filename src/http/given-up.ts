import { Cancelled } from '../failure.ts';
import type { Deadline } from '../time/deadline.ts';
import { inWords } from '../time/in-words.ts';
import { HttpFailure } from './http-failure.ts';
import type { CallHints } from './status-failure.ts';

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
