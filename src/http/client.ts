import type * as v from 'valibot';
import { Cancelled } from '../failure.ts';
import { backoff } from '../time/backoff.ts';
import type { Clock, Random } from '../time/clock.ts';
import type { Deadline } from '../time/deadline.ts';
import { decode, expectNoPage, Undecodable } from './decode.ts';
import { HttpFailure } from './http-failure.ts';
import { networkFailure } from './network-failure.ts';
import { type CallHints, type ServiceHints, statusFailure } from './status-failure.ts';
import type { Method, Transport, TransportResponse } from './transport.ts';

export interface HttpCall extends CallHints {
  readonly method: Method;
  /** Below the base URL, each part encoded: use the `path` template. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** One answer that was decoded, and what else it told. */
export interface Answer<T> {
  readonly data: T;
  readonly headers: TransportResponse['headers'];
}

export interface HttpClientOptions {
  readonly baseUrl: URL;
  readonly token: string;
  readonly userAgent: string;
  readonly hints: ServiceHints;
  readonly transport: Transport;
  /** Milliseconds that one request may take, from connecting to the last byte. */
  readonly requestTimeout: number;
  /** Holds over all requests and the pauses between them. */
  readonly deadline: Deadline;
  readonly clock: Clock;
  /** Milliseconds since 1970, for `Retry-After` dates. */
  readonly wallClock: () => number;
  readonly random: Random;
  /** Aborted when the step is told to stop: reads end at once, nothing new is sent. */
  readonly cancelled: AbortSignal;
  /** Aborted a few seconds after `cancelled`: writes in flight get that long to bring their answer home. */
  readonly cutOff: AbortSignal;
  /** Told about each retry and its cause. */
  readonly onRetry: (line: string) => void;
  /** Told about each exchange, for the debug log: never headers, never bodies. */
  readonly onExchange: (line: string) => void;
}

/** How often a request is sent at most, by what keeps it from succeeding. */
const attempts = { timeout: 3, transient: 5 } as const;
const pauses = { first: 500, longest: 8_000 } as const;
/** A server that turns requests away by rate is given longer: its window is a minute. */
const ratePauses = { first: 1_000, longest: 20_000 } as const;

/**
 * Requests to one API with one token. Retries what may be retried: anything that surely did not arrive or was turned
 * away unprocessed, and for GET, PATCH and DELETE also answers that were lost. A POST that may have arrived
 * is never sent again here. Throws `HttpFailure` or `Cancelled`.
 */
export class HttpClient {
  readonly #options: HttpClientOptions;

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  get baseUrl(): URL {
    return this.#options.baseUrl;
  }

  /** The same client under another deadline. */
  within(deadline: Deadline): HttpClient {
    return new HttpClient({ ...this.#options, deadline });
  }

  /** Sends the call and decodes the answer's JSON. */
  async json<const S extends v.GenericSchema>(call: HttpCall, schema: S): Promise<Answer<v.InferOutput<S>>> {
    return await this.#retrying(call, (response) => ({
      data: decode(response, schema),
      headers: response.headers,
    }));
  }

  /** Sends the call; what a 2xx answer says does not matter, as long as it is no page for people. */
  async send(call: HttpCall): Promise<void> {
    await this.#retrying(call, expectNoPage);
  }

  async #retrying<T>(call: HttpCall, read: (response: TransportResponse) => T): Promise<T> {
    const { clock, cancelled, deadline, onRetry, random } = this.#options;
    const pause = backoff(pauses, random);
    const ratePause = backoff(ratePauses, random);
    let failed = 0;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(call, read);
      } catch (error) {
        if (!(error instanceof HttpFailure) || !mayRepeat(call.method, error)) throw error;
        const rateLimited = error.status === 429;
        // Only the deadline limits how often a server may say that it is too early.
        if (!rateLimited && ++failed >= limitFor(error)) throw error;
        const wait = Math.max(rateLimited ? ratePause() : pause(), error.retryAfter ?? 0);
        if (!deadline.allows(wait)) throw outOfTime(error, wait, deadline);
        onRetry(
          `${call.what}: ${error.cause}; trying again in ${inSeconds(wait)} s (attempt ${attempt + 1})`,
        );
        await clock.sleep(wait, cancelled);
      }
    }
  }

  async #once<T>(call: HttpCall, read: (response: TransportResponse) => T): Promise<T> {
    const response = await this.#exchange(call);
    const { hints, token, wallClock } = this.#options;
    if (response.status < 200 || response.status > 299) {
      // The message may be cut short, and a part of an echoed token would not be recognized later.
      const body = response.body.replaceAll(token, '***');
      throw statusFailure({ ...response, body }, call, hints, wallClock());
    }
    try {
      return read(response);
    } catch (error) {
      if (!(error instanceof Undecodable)) throw error;
      throw unreadable(call.what, response.status, error, hints.service);
    }
  }

  async #exchange(call: HttpCall): Promise<TransportResponse> {
    const { baseUrl, cancelled, clock, cutOff, deadline, onExchange, requestTimeout, transport } =
      this.#options;
    cancelled.throwIfAborted();
    const limit = Math.min(requestTimeout, deadline.remaining());
    if (limit <= 0) throw nothingLeft(call.what, deadline);

    const url = new URL(baseUrl.href.replace(/\/+$/, '') + call.path);
    for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);

    const timeout = new AbortController();
    const answered = new AbortController();
    const stop = call.method === 'GET' ? cancelled : cutOff;
    void clock.sleep(limit, answered.signal).then(
      () => timeout.abort(),
      () => undefined,
    );
    const started = clock.now();
    try {
      const response = await transport.send(
        {
          method: call.method,
          url,
          headers: this.#headers(call.body !== undefined),
          ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        },
        AbortSignal.any([timeout.signal, stop]),
      );
      onExchange(
        `${call.method} ${url.pathname}${url.search} → ${response.status} in ${Math.round(clock.now() - started)} ms`,
      );
      return response;
    } catch (error) {
      if (stop.aborted) throw cancelledDuring(call, stop);
      onExchange(
        `${call.method} ${url.pathname}${url.search} → no answer after ${Math.round(clock.now() - started)} ms`,
      );
      throw networkFailure(call.what, error, timeout.signal.aborted, limit / 1000);
    } finally {
      answered.abort();
    }
  }

  #headers(hasBody: boolean): Record<string, string> {
    return {
      authorization: `Bearer ${this.#options.token}`,
      accept: 'application/vnd.api+json, application/json',
      'user-agent': this.#options.userAgent,
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
    };
  }
}

function mayRepeat(method: Method, failure: HttpFailure): boolean {
  return failure.transient && (failure.arrival === 'no' || method !== 'POST');
}

function limitFor(failure: HttpFailure): number {
  // A hang costs the whole request-timeout each time.
  return failure.status === undefined && failure.arrival === 'maybe' ? attempts.timeout : attempts.transient;
}

function unreadable(what: string, status: number, error: Undecodable, service: string): HttpFailure {
  return new HttpFailure(
    {
      what,
      why: `${service} answered ${status}, but the answer ${error.message}`,
      fix: 'Check that api-url names the API itself, and that no proxy or login page stands before it; else run the job again',
    },
    { cause: `the answer ${error.message}`, status, arrival: 'maybe', transient: true },
  );
}

function outOfTime(failure: HttpFailure, wait: number, deadline: Deadline): HttpFailure {
  return new HttpFailure(
    {
      what: failure.what,
      why: `${failure.why.replace(/\.$/, '')}; trying again in ${inSeconds(wait)} s would pass the limit of ${inSeconds(deadline.span)} s for this part of the step`,
      fix: failure.fix,
    },
    { ...failure, cause: failure.cause, transient: false },
  );
}

function nothingLeft(what: string, deadline: Deadline): HttpFailure {
  const cause = `the limit of ${inSeconds(deadline.span)} s for this part of the step has passed`;
  return new HttpFailure(
    { what, why: cause, fix: 'Run the job again later' },
    { cause, arrival: 'no', transient: false },
  );
}

function cancelledDuring(call: HttpCall, stop: AbortSignal): unknown {
  if (call.method === 'GET') return stop.reason;
  return new Cancelled(
    {
      what: call.what,
      why: 'the step was told to stop before the answer came, so it may have taken effect or not',
      fix: 'Look there before running this again',
    },
    { mayHaveActed: true },
  );
}

function inSeconds(ms: number): string {
  return String(Math.round(ms / 100) / 10);
}
