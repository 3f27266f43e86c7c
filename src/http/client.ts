import type * as v from 'valibot';
import { Failure, messageOf } from '../failure.ts';
import { type Clock, type Deadline, inWords, type Random } from '../time.ts';
import { HttpFailure, NotSent } from './failure.ts';
import { type CallHints, networkFailure, type ServiceHints, statusFailure } from './hints.ts';
import { decode, expectNoPage, OtherShape, Undecodable } from './json-api.ts';
import { dateOf, gaveUp, Patience, RateGate, stopped, unsent } from './retry.ts';
import { openTransport, type Transport, type TransportOptions, type TransportResponse } from './transport.ts';

/** Builds a URL path from a template; every value becomes exactly one encoded path segment. */
export function path(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return parts.reduce((text, part, index) => text + segment(values[index - 1] ?? '') + part);
}

function segment(value: string | number): string {
  const text = String(value);
  // Servers and proxies resolve dot segments even when they are percent-encoded.
  if (text === '' || text === '.' || text === '..') {
    throw new Failure({
      what: 'The request’s address',
      why: `"${text}" cannot be an id or a name`,
      fix: 'Check the ids in the inputs',
    });
  }
  return encodeURIComponent(text.toWellFormed());
}

export interface HttpCall extends CallHints {
  /** The path below the base URL, with each part encoded: use the `path` template. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** True for a POST that changes nothing, such as a GraphQL query: it may be sent again. */
  readonly onlyReads?: boolean;
}

export interface Answer<T> {
  readonly data: T;
  /** The server's clock at the time of the response, in milliseconds since 1970. */
  readonly date: number | undefined;
  /** True when the `Link` header names a next page. */
  readonly hasNext: boolean;
}

export interface HttpClientOptions {
  readonly baseUrl: URL;
  readonly token: string;
  /** The `Accept` header, if not the one of JSON:API. */
  readonly accept?: string;
  readonly hints: ServiceHints;
  readonly transport: Transport;
  /** Milliseconds that one request may take, from connecting to the last byte. */
  readonly requestTimeout: number;
  /** The limit for all requests and the pauses between them. */
  readonly deadline: Deadline;
  readonly clock: Clock;
  /** Milliseconds since 1970, for `Retry-After` dates. */
  readonly wallClock: () => number;
  readonly random: Random;
  /** Aborted when the step is cancelled: reads end at once, and no new request is sent. */
  readonly cancelled: AbortSignal;
  /** Aborted a few seconds after `cancelled`: until then, a write under way may still receive its response. */
  readonly cutOff: AbortSignal;
  /** Called for each retry, with its cause. */
  readonly onRetry: (line: string) => void;
  /** Called after each request, for the debug log: the line holds no headers and no body. */
  readonly onExchange: (line: string) => void;
}

/** Milliseconds to open a connection, unless a request may take less. */
const connectTimeout = 10_000;
/** The most bytes of a response. */
const maxBytes = 8 * 1024 * 1024;

interface OpenOptions
  extends Omit<HttpClientOptions, 'transport' | 'wallClock'>,
    Pick<TransportOptions, 'environment' | 'first'> {}

/** Opens a client with connections of its own, which the caller closes. */
export function openClient({ environment, first, ...options }: OpenOptions): {
  readonly client: HttpClient;
  readonly transport: Transport;
} {
  const { baseUrl: origin, requestTimeout } = options;
  // Less than the request may take, so that the error names the host or the proxy that did not answer.
  const limits = { connectTimeout: Math.min(connectTimeout, 0.9 * requestTimeout), maxBytes };
  const transport = openTransport({ origin, environment, first, ...limits });
  return { transport, client: new HttpClient({ ...options, transport, wallClock: Date.now }) };
}

/**
 * A client for one API with one token. Repeats a request that did not arrive or that the rate limit refused, and a GET,
 * PATCH or DELETE whose response was lost. Repeats a POST that may have arrived only if it has `onlyReads`. Throws
 * `HttpFailure` or `Cancelled`.
 */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #gate: RateGate;
  /** The extension of all deadlines when this client was made. */
  readonly #extended: number;

  constructor(options: HttpClientOptions, gate = new RateGate(options.clock, options.random)) {
    this.#options = options;
    this.#gate = gate;
    this.#extended = gate.extension;
  }

  /** Returns the address of a call, without its query. */
  urlOf({ path }: HttpCall): URL {
    return new URL(this.#options.baseUrl.href.replace(/(?<!\/)\/+$/, '') + path);
  }

  /**
   * A clock whose `now()` stands still while the rate limit stops all requests; `sleep` takes real time. With this
   * clock, a wait for a missing process counts only the time in which a read was possible: `waitingFor({ ...timing,
   * clock: client.clock }, 45_000)`.
   */
  get clock(): Clock {
    const { clock } = this.#options;
    return {
      now: () => clock.now() - this.#gate.wasClosedFor,
      sleep: (ms, signal) => clock.sleep(ms, signal),
    };
  }

  /** Milliseconds until the deadline, after which nothing is sent. */
  get timeLeft(): number {
    return this.#options.deadline.remaining(this.#gate.extension - this.#extended);
  }

  get reads(): number {
    return this.#gate.reads;
  }

  /** Returns a client with another deadline, under the same rate limit. A `Retry-After` extends this deadline, too. */
  within(deadline: Deadline): HttpClient {
    return new HttpClient({ ...this.#options, deadline }, this.#gate);
  }

  /** Waits before a repeated read, but not past the deadline. */
  async pause(ms: number): Promise<void> {
    const { cancelled, clock } = this.#options;
    await clock.sleep(Math.min(ms, this.timeLeft), cancelled);
  }

  /** Sends the call, and decodes the response. An empty body is `undefined` for a schema that accepts that. */
  async json<const S extends v.GenericSchema>(call: HttpCall, schema: S): Promise<Answer<v.InferOutput<S>>> {
    return await this.#retrying(call, (response) => ({
      data: decode(response, schema),
      ...fromHeaders(response),
    }));
  }

  /** Sends the call. Accepts any 2xx response except an HTML page. */
  async send(call: HttpCall): Promise<void> {
    await this.#retrying(call, expectNoPage);
  }

  async #retrying<T>(call: HttpCall, read: (response: TransportResponse) => T): Promise<T> {
    const { cancelled, clock, onRetry, random } = this.#options;
    const patience = new Patience(clock, random);
    const started = clock.now();
    let mayHaveActed = false;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#inTurn(call, patience, read);
      } catch (error) {
        if (error === cancelled.reason) throw stopped(call, cancelled, mayHaveActed);
        if (!(error instanceof HttpFailure) || call.once || !mayRepeat(call, error)) throw error;
        const pause = patience.after(error);
        if (pause === undefined)
          throw gaveUp(error, `it was tried ${attempt} times in ${inWords(clock.now() - started)}`);
        const wait = Math.max(pause, this.#gate.closedFor);
        if (wait >= this.timeLeft) throw gaveUp(error, this.#whyNoTime(error));
        onRetry(`${call.what}: ${error.reason}; trying again in ${inWords(wait)} (attempt ${attempt + 1})`);
        mayHaveActed ||= error.arrival === 'maybe';
        await clock.sleep(pause, cancelled).catch(() => undefined);
      }
    }
  }

  #whyNoTime({ retryAfter = 0 }: HttpFailure): string {
    const { deadline, hints } = this.#options;
    const span = inWords(deadline.span);
    return retryAfter > 0 && retryAfter >= this.timeLeft
      ? `${hints.service} asks to wait ${inWords(retryAfter)}; this step waits at most ${span}`
      : `no time is left to try again within the limit of ${span} for this part of the step`;
  }

  /** Sends when the gate is open. Throws an `HttpFailure` if the deadline does not allow the wait. */
  async #inTurn<T>(call: HttpCall, patience: Patience, read: (response: TransportResponse) => T): Promise<T> {
    const { cancelled, clock, deadline, hints } = this.#options;
    const came = clock.now();
    const check = (wait: number): void => {
      if (wait < this.timeLeft) return;
      const limit = `this step waits at most ${inWords(deadline.span)}`;
      throw unsent(call.what, `rate limited for another ${inWords(wait)}; ${limit}`, hints.tooMany, 429);
    };
    return await this.#gate.pass(check, cancelled, async () => {
      patience.pauseBudget(clock.now() - came);
      return await this.#once(call, read);
    });
  }

  async #once<T>(call: HttpCall, read: (response: TransportResponse) => T): Promise<T> {
    if (call.method === 'GET') this.#gate.reads += 1;
    const response = await this.#exchange(call);
    const { hints, token, wallClock } = this.#options;
    if (response.status < 200 || response.status > 299) {
      // Redacted here: the message may be cut later, and then a part of an echoed token would not be recognized.
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
    const { cancelled, clock, cutOff, deadline, onExchange, requestTimeout, transport } = this.#options;
    cancelled.throwIfAborted();
    const limit = Math.min(requestTimeout, this.timeLeft);
    if (limit <= 0) {
      const reason = `the limit of ${inWords(deadline.span)} for this part of the step has passed`;
      throw unsent(call.what, reason, 'Run the job again later');
    }

    const url = this.urlOf(call);
    for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);

    const answered = new AbortController();
    const timedOut = new AbortController();
    const stop = call.method === 'GET' ? cancelled : cutOff;
    void clock.sleep(limit, answered.signal).then(
      () => timedOut.abort(),
      () => undefined,
    );
    const started = clock.now();
    const exchange = `${call.method} ${url.pathname}${url.search}`;
    const took = (): string => `${Math.round(clock.now() - started)} ms`;
    try {
      const response = await transport.send(
        {
          method: call.method,
          url,
          headers: this.#headers(call.body !== undefined),
          ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        },
        AbortSignal.any([stop, timedOut.signal]),
      );
      onExchange(`${exchange} → ${response.status} in ${took()}`);
      return response;
    } catch (error) {
      if (stop.aborted) throw stopped(call, stop, !(error instanceof NotSent));
      onExchange(`${exchange} → no response after ${took()}: ${rootOf(error)}`);
      const timedOutAfter = timedOut.signal.aborted ? limit : undefined;
      throw networkFailure(call.what, error, { host: url.host, timedOutAfter });
    } finally {
      answered.abort();
    }
  }

  #headers(hasBody: boolean): Record<string, string> {
    return {
      authorization: `Bearer ${this.#options.token}`,
      accept: this.#options.accept ?? 'application/vnd.api+json, application/json',
      'accept-encoding': 'identity',
      'user-agent': 'laravel-background-process-action/1',
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
    };
  }
}

/** Returns the parts of an answer that stand in the headers of its response. */
function fromHeaders({ headers }: TransportResponse): Pick<Answer<unknown>, 'date' | 'hasNext'> {
  return { date: dateOf(headers), hasNext: /;\s*rel="?next\b/.test(headers['link'] ?? '') };
}

function mayRepeat({ method, onlyReads }: HttpCall, failure: HttpFailure): boolean {
  return failure.retry !== 'no' && (failure.arrival === 'no' || method !== 'POST' || onlyReads === true);
}

function unreadable(what: string, status: number, error: Undecodable, service: string): HttpFailure {
  const retry = error instanceof OtherShape ? 'short' : 'long';
  return new HttpFailure(
    {
      what,
      why: `${service} answered ${status}, but the response ${error.message}`,
      fix: 'Check that api-url names the API itself, and that no proxy or login page answers in its place; else run the job again',
    },
    { reason: `the response ${error.message}`, status, arrival: 'maybe', retry },
    { cause: error },
  );
}

/** Returns the message of the innermost cause of a network error, for the debug log. */
function rootOf(error: unknown): string {
  const inner = error instanceof AggregateError ? error.errors[0] : error instanceof Error && error.cause;
  return inner instanceof Error ? rootOf(inner) : messageOf(error);
}
