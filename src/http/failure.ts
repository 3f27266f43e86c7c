import { Failure, type FailureParts } from '../failure.ts';

/**
 * The possible effect of a failed request. `no`: the request did not arrive, or the service refused it; `maybe`: the
 * request may have taken effect.
 */
export type Arrival = 'no' | 'maybe';

/**
 * The rule for repeating a failed request: `no`; for a `short` time, 15 seconds, where each attempt will most likely
 * fail in the same way; for a `long` time, a minute; `after-reset`, as soon as the rate limit allows it.
 */
export type Retry = 'no' | 'short' | 'long' | 'after-reset';

export type HttpFailureDetails = Pick<HttpFailure, 'arrival' | 'retry' | 'reason'> &
  Partial<Pick<HttpFailure, 'status' | 'retryAfter' | 'fields'>>;

/** The failure of a request without a usable response. Its `cause` is the network or decoding error, if any. */
export class HttpFailure extends Failure {
  override readonly name = 'HttpFailure';
  readonly arrival: Arrival;
  readonly retry: Retry;
  /** The cause in a few words, for the log line of a retry: `the connection broke off (ECONNRESET)`. */
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

  /** True when the request may have taken effect. False after a redirect, which would come again. */
  get isLost(): boolean {
    const { arrival, status = 0 } = this;
    return arrival === 'maybe' && !(status >= 300 && status < 400);
  }

  /** Returns the same failure with `retry: 'no'`, and with `parts` in place of its own. */
  asFinal(parts: Partial<FailureParts>): HttpFailure {
    return new HttpFailure(
      { ...this, annotations: undefined, ...parts },
      { ...this, retry: 'no' },
      { cause: this.cause },
    );
  }
}

/** The error of a request that was stopped before its first byte was sent: the connection was not open in time. */
export class NotSent extends Error {
  readonly code = 'CONNECT_TIMEOUT';
  readonly syscall = 'connect';

  constructor() {
    super('the connection was not open in time');
  }
}

/** The error of a request that was running when its step had ended. */
export class TransportClosed extends Error {
  readonly code = 'TRANSPORT_CLOSED';

  constructor() {
    super('the step has ended');
  }
}

/** The error of a response with more bytes than `maxBytes`. */
export class TooLarge extends Error {
  constructor(maxBytes: number) {
    super(`the response is larger than ${maxBytes} bytes`);
  }
}

/** The error of a request whose proxy could not be reached, so that nothing was sent. */
export class ProxyUnreachable extends Error {
  /** `the proxy 127.0.0.1:3128 (from https_proxy)` */
  readonly place: string;

  constructor(place: string, options: ErrorOptions) {
    super(`${place} could not be reached`, options);
    this.place = place;
  }
}

/** The error of a request that its proxy refused, so that the service did not get it. */
export class ProxyRefusal extends Error {
  /** Undefined if the proxy closed the connection without a response. */
  readonly status: number | undefined;

  constructor(status: number | undefined) {
    super(
      status === undefined ? 'the proxy closed the connection' : `the proxy refused with status ${status}`,
    );
    this.status = status;
  }
}

/** Returns the result of a call, or undefined for a 404. Throws every other failure. */
export async function undefinedIf404<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof HttpFailure && error.status === 404) return undefined;
    throw error;
  }
}

/**
 * Returns the created process, or `lost` with the cause if the request may have taken effect. Throws every other
 * failure. `converge/service.ts` explains the fields.
 */
export async function lostIfUnknown<T>(create: () => Promise<T>) {
  try {
    return { kind: 'created', made: await create() } as const;
  } catch (error) {
    if (!(error instanceof HttpFailure) || !error.isLost) throw error;
    const { reason, retryAfter } = error;
    return { kind: 'lost', cause: reason, retryAfter } as const;
  }
}
