import { Failure, type FailureParts } from '../failure.ts';

/**
 * Whether the server may have acted on a request that failed:
 * `no`: it surely did not arrive, or was turned away unprocessed; `maybe`: it may have been acted upon.
 */
export type Arrival = 'no' | 'maybe';

/**
 * How long it is worth sending the same request again: `never`; `briefly`, for some seconds; `patiently`, for a minute;
 * `thrice`, since each time costs a whole time-out or will most likely be the same; `when-allowed`: it came too early.
 */
export type Retry = 'never' | 'briefly' | 'patiently' | 'thrice' | 'when-allowed';

export interface HttpFailureDetails {
  readonly arrival: Arrival;
  readonly retry: Retry;
  /** What happened in a few words, for the line that announces a retry: `the connection was reset`. */
  readonly reason: string;
  /** The answer's status, if there was an answer. */
  readonly status?: number | undefined;
  /** Milliseconds that the server asked to wait before trying again. */
  readonly retryAfter?: number | undefined;
  /** The request's fields that a 422 refused, by the API's names. */
  readonly fields?: readonly string[] | undefined;
}

/** A request that did not end in the answer that was asked for. Its `cause` is the error of the network, if there was one. */
export class HttpFailure extends Failure implements HttpFailureDetails {
  override readonly name = 'HttpFailure';
  readonly arrival: Arrival;
  readonly retry: Retry;
  readonly reason: string;
  readonly status: number | undefined;
  readonly retryAfter: number | undefined;
  readonly fields: readonly string[];

  constructor(parts: FailureParts, details: HttpFailureDetails, options?: ErrorOptions) {
    super(parts, options);
    this.arrival = details.arrival;
    this.retry = details.retry;
    this.reason = details.reason;
    this.status = details.status;
    this.retryAfter = details.retryAfter;
    this.fields = details.fields ?? [];
  }

  /**
   * Is it worth looking whether it has taken effect? A redirect is no lost answer: whoever sends the request again, meets
   * it again.
   */
  get isLost(): boolean {
    const { arrival, status = 0 } = this;
    return arrival === 'maybe' && !(status >= 300 && status < 400);
  }

  /** The same failure for good, with what has become known of it since. */
  forGood(parts: Partial<FailureParts>): HttpFailure {
    const { what, why, fix, cause } = this;
    return new HttpFailure({ what, why, fix, ...parts }, { ...this, retry: 'never' }, { cause });
  }
}

/** Thrown by a transport that has read more bytes than it may. */
/** A request was given up before anything of it was sent. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
  /** As undici calls a connection that does not come to stand. */
  readonly code = 'UND_ERR_CONNECT_TIMEOUT';
}

export class TooLarge extends Error {
  override readonly name = 'TooLarge';

  constructor(maxBytes: number) {
    super(`the answer is larger than ${maxBytes} bytes`);
  }
}

/** What a call gives, or undefined when the server knows nothing of the kind. Other failures are thrown on. */
export async function undefinedIf404<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof HttpFailure && error.status === 404) return undefined;
    throw error;
  }
}

/** What became of a request to create something. */
export type CreateOutcome<T> =
  | { readonly kind: 'created'; readonly made: T }
  /** No usable answer came: it may have been created all the same. */
  | { readonly kind: 'lost'; readonly cause: string };

/**
 * What a create request gave, or that its answer was lost. Other failures are thrown on.
 */
export async function lostIfUnknown<T>(create: () => Promise<T>): Promise<CreateOutcome<T>> {
  try {
    return { kind: 'created', made: await create() };
  } catch (error) {
    if (!(error instanceof HttpFailure) || !error.isLost) throw error;
    return { kind: 'lost', cause: error.reason };
  }
}
