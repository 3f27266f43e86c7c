import { Failure, type FailureParts } from '../failure.ts';

/**
 * Whether the server may have acted on a request that failed:
 * `no`: it surely did not arrive, or was turned away unprocessed; `maybe`: it may have been acted upon.
 */
export type Arrival = 'no' | 'maybe';

export interface HttpFailureDetails {
  readonly arrival: Arrival;
  /** Could the same request, sent again later, fare better? */
  readonly transient: boolean;
  /** What happened in a few words, for the line that announces a retry: `the connection was reset`. */
  readonly cause: string;
  /** The answer's status, if there was an answer. */
  readonly status?: number | undefined;
  /** Milliseconds that the server asked to wait before trying again. */
  readonly retryAfter?: number | undefined;
  /** The request's fields that a 422 refused, by the API's names. */
  readonly fields?: readonly string[] | undefined;
}

/** A request that did not end in the answer that was asked for. */
export class HttpFailure extends Failure implements HttpFailureDetails {
  override readonly name = 'HttpFailure';
  readonly arrival: Arrival;
  readonly transient: boolean;
  override readonly cause: string;
  readonly status: number | undefined;
  readonly retryAfter: number | undefined;
  readonly fields: readonly string[];

  constructor(parts: FailureParts, details: HttpFailureDetails) {
    super(parts);
    this.arrival = details.arrival;
    this.transient = details.transient;
    this.cause = details.cause;
    this.status = details.status;
    this.retryAfter = details.retryAfter;
    this.fields = details.fields ?? [];
  }
}

/** Thrown by a transport that has read more bytes than it may. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';

  constructor(maxBytes: number) {
    super(`the answer is larger than ${maxBytes} bytes`);
  }
}
