import { Failure, type FailureParts } from '../failure.ts';

/**
 * May the service have acted on a request that failed? `no`: the request did not arrive, or the service refused it;
 * `maybe`: nobody knows.
 */
export type Arrival = 'no' | 'maybe';

/**
 * How long to go on sending the same request: `no`; `short`, some seconds; `long`, a minute; `three-times`, since each
 * try costs a whole time-out or will most likely end the same way; `after-reset`, as soon as the rate limit allows it.
 */
export type Retry = 'no' | 'short' | 'long' | 'three-times' | 'after-reset';

export type HttpFailureDetails = Pick<HttpFailure, 'arrival' | 'retry' | 'reason'> &
  Partial<Pick<HttpFailure, 'status' | 'retryAfter' | 'fields'>>;

/** A request without a usable answer. Its `cause` is the error of the network, if there was one. */
export class HttpFailure extends Failure {
  override readonly name = 'HttpFailure';
  readonly arrival: Arrival;
  readonly retry: Retry;
  /** What happened in a few words, for the line that announces a retry: `the connection was reset`. */
  readonly reason: string;
  readonly status: number | undefined;
  /** Milliseconds that the server asked to wait before trying again. */
  readonly retryAfter: number | undefined;
  /** The request's fields that a 422 refused, by the API's names. */
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
   * Is it worth looking whether it has taken effect? Not after a redirect: whoever sends the request again meets the
   * same redirect.
   */
  get isLost(): boolean {
    const { arrival, status = 0 } = this;
    return arrival === 'maybe' && !(status >= 300 && status < 400);
  }

  /** The same failure, not to be retried any more, with what has become known since. */
  asFinal(parts: Partial<FailureParts>): HttpFailure {
    const { headline, details, what, why, fix, cause } = this;
    return new HttpFailure(
      { headline, details, what, why, fix, ...parts },
      { ...this, retry: 'no' },
      { cause },
    );
  }
}

/** A request was given up before any of it was sent. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
  /** undici's code for a connection that took too long. */
  readonly code = 'UND_ERR_CONNECT_TIMEOUT';
}

/** The transport has read more bytes than an answer may have. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';

  constructor(maxBytes: number) {
    super(`the answer is larger than ${maxBytes} bytes`);
  }
}

/** The proxy itself could not be reached, so the request did not get as far as the network. */
export class ProxyUnreachable extends Error {
  override readonly name = 'ProxyUnreachable';
  /** `127.0.0.1:3128 (from https_proxy)` */
  readonly proxy: string;
  /** What to change in the environment variable, where its value looks wrong. */
  readonly fix: string | undefined;

  constructor(proxy: string, fix: string | undefined, options: ErrorOptions) {
    super(`the proxy ${proxy} could not be reached`, options);
    this.proxy = proxy;
    this.fix = fix;
  }
}

/** The result of a call, or undefined if the service answered 404. Other failures are thrown on. */
export async function undefinedIf404<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof HttpFailure && error.status === 404) return undefined;
    throw error;
  }
}

export type CreateOutcome<T> =
  | { readonly kind: 'created'; readonly made: T }
  /** No usable answer came, so it may have been created. `answered`: an error came. */
  | { readonly kind: 'lost'; readonly cause: string; readonly answered?: boolean };

/** The answer to a create request, or that it was lost. Other failures are thrown on. */
export async function lostIfUnknown<T>(create: () => Promise<T>): Promise<CreateOutcome<T>> {
  try {
    return { kind: 'created', made: await create() };
  } catch (error) {
    if (!(error instanceof HttpFailure) || !error.isLost) throw error;
    return { kind: 'lost', cause: error.reason, answered: (error.status ?? 0) >= 300 };
  }
}
