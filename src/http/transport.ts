import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { callbackify } from 'node:util';
import type { EarlyConnection } from '../early-connection.ts';
import { Connector } from './connections.ts';
import { NotSent, ProxyRefusal, TooLarge, TransportClosed } from './failure.ts';
import { type ProxyRoute, proxyFor, routeThrough } from './proxy.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface TransportRequest {
  readonly method: Method;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface TransportResponse {
  readonly status: number;
  /** Names in lower case; a repeated header is joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A sender of single requests, which reads the whole response. It follows no redirect and repeats no request. */
export interface Transport {
  send(request: TransportRequest, signal: AbortSignal): Promise<TransportResponse>;
  close(): void;
}

/** The most parallel requests to one API: enough to use the waiting time, few enough to leave the API to others. */
export const maxConcurrency = 6;

/** Milliseconds after which an unused connection is closed, before most servers close it. */
const idleTime = 4_000;

export interface TransportOptions {
  /** The origin of all requests, which also selects the proxy. */
  readonly origin: URL;
  /** Milliseconds to open a connection. */
  readonly connectTimeout: number;
  /** The most bytes of a response; a larger response is refused. */
  readonly maxBytes: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The early connection, for the first request. */
  readonly first?: EarlyConnection | undefined;
}

/** Opens a transport, with the proxy of the environment (`https_proxy`, `http_proxy`, `no_proxy`, in either case). */
export function openTransport(options: TransportOptions): Transport {
  const { connectTimeout, environment, first, maxBytes, origin } = options;
  const isSecure = origin.protocol === 'https:';
  const { Agent, request } = isSecure ? https : http;
  const connector = new Connector(connectTimeout);
  const named = proxyFor(origin, environment);
  const proxy = named && routeThrough(named, connector);
  const begun = first?.origin === origin.origin ? first.socket : undefined;
  const connect = proxy === undefined ? continuing(begun, connector) : proxy.connect;
  const agent = new Agent({ keepAlive: true, timeout: idleTime });
  reuseLater(agent);
  // A request gets its connection only when the connection is open. Until then, nothing of it is sent.
  agent.createConnection = (_, done = () => undefined) => {
    callbackify(connect)(origin, done);
    return undefined;
  };
  const running = new Set<http.ClientRequest>();
  return {
    async send({ method, url, headers, body }, signal) {
      signal.throwIfAborted();
      const own: http.RequestOptions = { method, headers: { ...headers }, agent, signal };
      const sent = request(url, isSecure || proxy === undefined ? own : proxy.forwarded(url, own));
      running.add(sent);
      try {
        const response = await responseTo(sent, body, signal);
        const { statusCode: status = 0 } = response;
        if (status === 407) throw new ProxyRefusal(status);
        const bytes = await bytesOf(response, maxBytes);
        await untilFree(sent, signal);
        return await readable(status, joinedHeaders(response.headers), bytes, maxBytes);
      } catch (error) {
        sent.destroy();
        if (!signal.aborted) throw error;
        throw sent.socket === null ? new NotSent() : signal.reason;
      } finally {
        running.delete(sent);
      }
    },
    close() {
      for (const sent of running) sent.destroy(new TransportClosed());
      connector.close();
      agent.destroy();
    },
  };
}

/** Returns a function that connects to an origin, for the first time by adding TLS to the early connection. */
function continuing(early: Socket | undefined, connector: Connector): ProxyRoute['connect'] {
  let begun = early;
  return async (url) => {
    const socket = begun;
    begun = undefined;
    if (socket === undefined || socket.destroyed) return await connector.connect(url);
    return await connector.connect(url, await connector.opened(socket));
  };
}

/** Sends a request. Returns its response, before the body is read. */
async function responseTo(
  request: http.ClientRequest,
  body: string | undefined,
  signal: AbortSignal,
): Promise<http.IncomingMessage> {
  return await new Promise((resolve, reject) => {
    // Node.js itself reports the end of a request without a connection only when its connection is open, or has failed.
    signal.addEventListener('abort', () => reject(signal.reason));
    // After a status such as 101, which nobody asked for, Node.js closes the connection without an error.
    const closed = (): void => reject(Object.assign(new Error('no response'), { code: 'ECONNRESET' }));
    request.once('response', resolve).on('error', reject).once('close', closed).end(body);
  });
}

/** Makes the agent wait before it reuses a connection: some servers close it silently after a response. */
function reuseLater(agent: http.Agent): void {
  const listeners = agent.listeners('free');
  agent.removeAllListeners('free').on('free', async (...free) => {
    await twoTurns();
    for (const reuse of listeners) reuse(...free);
  });
}

/**
 * Resolves when the agent can reuse the connection of a request: a request before that would open a second one. Never
 * throws, since the response has arrived. Does not wait for a server that has not read the whole body of the request.
 */
async function untilFree(request: http.ClientRequest, signal: AbortSignal): Promise<void> {
  await twoTurns();
  if (!request.writableFinished) return;
  // On a busy machine, it can take more than two turns until the request has ended.
  if (!request.closed) await once(request, 'close', { signal }).catch(() => undefined);
  await twoTurns();
}

/** Waits for two turns of the event loop. Measured: after one, half of the closed connections look open. */
async function twoTurns(): Promise<void> {
  await turn();
  await turn();
}

/** Reads a whole body. Throws `TooLarge`, and closes the connection, as soon as it has more than `most` bytes. */
async function bytesOf(response: http.IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > most) throw new TooLarge(most);
  }
  return Buffer.concat(chunks);
}

function joinedHeaders(fields: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}

/** The function of `node:zlib` for each encoding. */
const unpackers: Readonly<Record<string, 'unzipSync' | 'brotliDecompressSync'>> = {
  gzip: 'unzipSync',
  'x-gzip': 'unzipSync',
  deflate: 'unzipSync',
  br: 'brotliDecompressSync',
};

/** Returns the response with its body as text. Some proxies compress a response although the request forbids it. */
async function readable(
  status: number,
  headers: TransportResponse['headers'],
  plain: Buffer,
  maxBytes: number,
): Promise<TransportResponse> {
  const { 'content-encoding': encoding = '', ...others } = headers;
  const unpack = unpackers[encoding.toLowerCase()];
  if (unpack !== undefined) {
    const { [unpack]: decompress } = await import('node:zlib');
    try {
      const body = decompress(plain, { maxOutputLength: maxBytes }).toString('utf8');
      return { status, headers: others, body };
    } catch (error) {
      if (error instanceof RangeError) throw new TooLarge(maxBytes);
    }
  }
  return { status, headers, body: plain.toString('utf8') };
}
