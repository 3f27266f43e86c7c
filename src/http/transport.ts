import { setImmediate as turn } from 'node:timers/promises';
import { buildConnector, type Dispatcher, errors, Pool } from 'undici';
import type { EarlyConnection } from '../early-connection.ts';
import { NotSent, TooLarge } from './failure.ts';
import { proxyFor } from './proxy.ts';

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

/** Carries one request over the wire and reads its whole answer. Follows no redirect, retries nothing. */
export interface Transport {
  send(request: TransportRequest, signal: AbortSignal): Promise<TransportResponse>;
  close(): Promise<void>;
}

/** Requests at once to one API: enough to fill the waiting, few enough to stay polite. */
export const maxConcurrency = 6;

/** Enough for every API: milliseconds to open a connection, and the bytes of an answer. */
export const defaultLimits = { connectTimeout: 10_000, maxBytes: 8 * 1024 * 1024 } as const;

export interface TransportOptions {
  /** The one origin that is spoken to; it decides which proxy serves. */
  readonly origin: URL;
  readonly connectTimeout: number;
  /** Connections kept open to one origin. */
  readonly connections: number;
  /** An answer with more bytes is refused. */
  readonly maxBytes: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A connection that the action has begun already, for the first request. */
  readonly first?: EarlyConnection | undefined;
}

/** undici, with the proxy that the environment names (`https_proxy`, `http_proxy`, `no_proxy`, in either case). */
export async function openTransport(options: TransportOptions): Promise<Transport> {
  const { maxBytes } = options;
  const dispatcher = await openDispatcher(options);
  return {
    async send({ method, url, headers, body: content }, signal) {
      signal.throwIfAborted();
      let isSent = false;
      const request = dispatcher.compose(onStart(() => (isSent = true))).request({
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers: { ...headers },
        body: content ?? null,
        signal,
        // The caller's signal is the one time-out: it covers the whole exchange, these would cover parts of it.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      leaveParserAsItIs();
      try {
        const answer = await request;
        const bytes = await answer.body.bytes();
        // Only then does the pool know that this connection is free. A request sent before that opens a second one.
        await turn();
        return await readable(answer.statusCode, joinedHeaders(answer.headers), bytes, maxBytes);
      } catch (error) {
        if (signal.aborted) throw isSent ? signal.reason : new NotSent('', { cause: signal.reason });
        if (error instanceof errors.ResponseExceededMaxSizeError) throw new TooLarge(maxBytes);
        throw error;
      }
    },
    close: () => dispatcher.destroy(),
  };
}

async function openDispatcher(options: TransportOptions): Promise<Dispatcher> {
  const { connectTimeout, connections, environment, first, maxBytes, origin } = options;
  const proxy = proxyFor(origin, environment);
  const begun = proxy === undefined && first?.origin === origin.origin ? first : undefined;
  const connect = connectorFrom(connectTimeout, begun);
  const settings = {
    allowH2: false,
    connections,
    pipelining: 1,
    maxResponseSize: maxBytes,
    connect,
  } as const;
  if (proxy === undefined) return new Pool(origin.origin, settings);
  // Only those behind a proxy load it.
  const { openProxyAgent } = await import('./proxy-agent.ts');
  return openProxyAgent(proxy, { ...settings, connectTimeout });
}

/**
 * Makes undici's connections; the first one goes on with the early connection. Each error is marked with the system call
 * `connect`, which means that nothing was sent. Node.js itself does not do so when TLS fails.
 */
function connectorFrom(timeout: number, first: EarlyConnection | undefined): buildConnector.connector {
  const connect = buildConnector({
    allowH2: false,
    timeout,
    // Node.js gives each address a quarter of a second, too short for a host far away: each family gets half the time.
    autoSelectFamilyAttemptTimeout: Math.max(10, timeout / 2),
  });
  let begun = first?.socket;
  return (target, done) => {
    const callback: buildConnector.Callback = (...[error, made]) =>
      error === null ? done(null, made) : done(Object.assign(error, { syscall: 'connect' }), null);
    const socket = begun;
    begun = undefined;
    if (socket === undefined || socket.destroyed) return connect(target, callback);

    const tooSlow = (): unknown => socket.destroy(new errors.ConnectTimeoutError());
    const timer = setTimeout(tooSlow, timeout);
    const failed = (): void => {
      clearTimeout(timer);
      callback(socket.errored ?? new Error('The connection was closed'), null);
    };
    const goOn = (): void => {
      clearTimeout(timer);
      socket.off('close', failed);
      connect({ ...target, httpSocket: socket }, callback);
    };
    socket.once('close', failed);
    if (socket.connecting) socket.once('connect', goOn);
    else goOn();
    // undici destroys the returned socket if the request is aborted.
    return socket;
  };
}

/** Calls back as soon as a request has a connection, just before its first byte is sent. */
function onStart(started: () => void): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const start = handler.onRequestStart?.bind(handler);
    handler.onRequestStart = (controller, context) => {
      started();
      start?.(controller, context);
    };
    return dispatch(options, handler);
  };
}

/**
 * After a few answers V8 would optimise undici's parser in the background, and the process cannot end before that is
 * done: measured, 60 ms of a step of 180 ms. Serves only before the parser is loaded, which is when a connection stands.
 */
function leaveParserAsItIs(): void {
  process.getBuiltinModule('node:v8').setFlagsFromString('--wasm-tiering-budget=1000000000');
}

function joinedHeaders(fields: Dispatcher.ResponseData['headers']): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

/** The answer with its body as text. Some proxies compress what nobody asked them to compress. */
async function readable(
  status: number,
  headers: TransportResponse['headers'],
  bytes: Uint8Array,
  maxBytes: number,
): Promise<TransportResponse> {
  const { 'content-encoding': encoding = '', ...others } = headers;
  const plain = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (encoding === '' || bytes.length === 0) return { status, headers, body: plain.toString('utf8') };
  const { brotliDecompressSync, unzipSync } = await import('node:zlib');
  const known = { gzip: unzipSync, 'x-gzip': unzipSync, deflate: unzipSync, br: brotliDecompressSync };
  const decompress = Object.entries(known).find(([name]) => name === encoding.toLowerCase())?.[1];
  try {
    const body = decompress?.(plain, { maxOutputLength: maxBytes });
    if (body !== undefined) return { status, headers: others, body: body.toString('utf8') };
  } catch (error) {
    if (error instanceof RangeError) throw new TooLarge(maxBytes);
  }
  return { status, headers, body: plain.toString('utf8') };
}
