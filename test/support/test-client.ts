import { Failure } from '../../src/failure.ts';
import { HttpClient, type HttpClientOptions } from '../../src/http/client.ts';
import type { ServiceHints } from '../../src/http/hints.ts';
import type { Transport, TransportRequest, TransportResponse } from '../../src/http/transport.ts';
import { Deadline } from '../../src/time.ts';
import { VirtualClock } from './virtual-clock.ts';

/** The result of one request: a response, a network error, or no response at all. */
export type Reply = TransportResponse | Error | 'no answer';

/** A transport with a script of replies, one for each request. Records all requests. */
class FakeTransport implements Transport {
  readonly requests: TransportRequest[] = [];
  readonly #replies: Reply[];
  /** A function that replies in place of the script. */
  answer: ((request: TransportRequest) => Reply | Promise<Reply>) | undefined;

  constructor(...replies: readonly Reply[]) {
    this.#replies = [...replies];
  }

  async send(request: TransportRequest, signal: AbortSignal): Promise<TransportResponse> {
    signal.throwIfAborted();
    this.requests.push(request);
    const reply = this.answer === undefined ? this.#replies.shift() : await this.answer(request);
    if (reply === undefined) throw new Error(`Nothing is scripted for ${request.method} ${request.url.href}`);
    if (reply instanceof Error) throw reply;
    return reply === 'no answer' ? await forever(signal) : reply;
  }

  async close(): Promise<void> {}

  /** The requests as `GET /api/things?page=2`. */
  get asked(): string[] {
    return this.requests.map(({ method, url }) => `${method} ${url.pathname}${url.search}`);
  }
}

export function json(
  status: number,
  body: unknown,
  headers: TransportResponse['headers'] = {},
): TransportResponse {
  return {
    status,
    headers: { 'content-type': 'application/vnd.api+json', ...headers },
    body: JSON.stringify(body),
  };
}

export function text(
  status: number,
  body: string,
  headers: TransportResponse['headers'] = {},
): TransportResponse {
  return { status, headers, body };
}

export const htmlPage = text(200, '<!doctype html><title>Log in</title>', { 'content-type': 'text/html' });

/** Returns a network error in the form of Node.js. */
export function networkError(code: string, message = code): Error {
  return Object.assign(new Error(message), { code });
}

/** The error of a connection that could not be opened, as the transport reports it. */
export function connectError(code: string): Error {
  return Object.assign(networkError(code), { syscall: 'connect' });
}

/** Waits until the signal is given, and rejects with its reason. */
export async function forever(signal: AbortSignal): Promise<never> {
  return await new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

export const hints: ServiceHints = {
  service: 'The Cloud',
  unauthorized: 'Renew the token',
  forbidden: 'Ask for the right',
  notFound: 'Check the ids',
  tooMany: 'Ask less',
};

export const token = 'the-token-of-the-tests';

/** The start of the virtual clock: midnight UTC. */
const startOfTime = Date.UTC(2026, 3, 4);

export type Overrides = Partial<
  Pick<HttpClientOptions, 'baseUrl' | 'hints' | 'requestTimeout' | 'random'>
> & {
  /** The deadline in milliseconds. */
  readonly deadline?: number;
};

/** Returns a client with scripted replies on a virtual clock, with pauses of maximum length. */
export function scriptedClient(replies: readonly Reply[], overrides: Overrides = {}) {
  const { deadline = 120_000, ...options } = overrides;
  const clock = new VirtualClock();
  const transport = new FakeTransport(...replies);
  const cancelled = new AbortController();
  const cutOff = new AbortController();
  const retries: string[] = [];
  const exchanges: string[] = [];
  const client = new HttpClient({
    baseUrl: new URL('https://cloud.example/api'),
    token,
    hints,
    transport,
    requestTimeout: 30_000,
    deadline: new Deadline(clock, deadline),
    clock,
    wallClock: () => startOfTime + clock.now(),
    random: () => 1,
    cancelled: cancelled.signal,
    cutOff: cutOff.signal,
    onRetry: (line) => retries.push(line),
    onExchange: (line) => exchanges.push(line),
    ...options,
  });
  return { client, clock, transport, cancelled, cutOff, retries, exchanges };
}

/** Returns the error of a task. Throws if the task succeeds. */
export async function failureOf(task: Promise<unknown>): Promise<unknown> {
  return await task.then(
    (value) => {
      throw new Error(`It did not fail, but gave ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}

/** Returns the value of a task, or the failure that it ends with. Any other error is thrown on. */
export async function endOf<T>(task: Promise<T>) {
  return await task.then(
    (value) => ({ value, error: undefined }),
    (error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      return { value: undefined, error };
    },
  );
}
