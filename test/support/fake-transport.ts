import type { Transport, TransportRequest, TransportResponse } from '../../src/http/transport.ts';

/** The result of one request: a response, a network error, or no response at all. */
export type Reply = TransportResponse | Error | 'no answer';

/** A transport with a script of replies, one for each request. Records all requests. */
export class FakeTransport implements Transport {
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
