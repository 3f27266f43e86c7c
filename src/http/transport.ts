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

/** A sender of single requests, which reads the whole response. It follows no redirect and repeats no request. */
export interface Transport {
  send(request: TransportRequest, signal: AbortSignal): Promise<TransportResponse>;
  close(): Promise<void>;
}

/** The most parallel requests to one API: enough to use the waiting time, few enough to leave the API to others. */
export const maxConcurrency = 6;

/** Limits that suit every API: milliseconds to open a connection, and bytes of a response. */
export const defaultLimits = { connectTimeout: 10_000, maxBytes: 8 * 1024 * 1024 } as const;

export interface TransportOptions {
  /** The origin of all requests, which also selects the proxy. */
  readonly origin: URL;
  readonly connectTimeout: number;
  /** The most connections to the origin at once. */
  readonly connections: number;
  /** The most bytes of a response; a larger response is refused. */
  readonly maxBytes: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The early connection, for the first request. */
  readonly first?: EarlyConnection | undefined;
}

/** Opens undici, with the proxy of the environment (`https_proxy`, `http_proxy`, `no_proxy`, in either case). */
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
        // The caller's signal is the only timeout, for the whole exchange; these two would cover parts of the exchange.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      leaveParserAsItIs();
      try {
        const answer = await request;
        const bytes = await answer.body.bytes();
        // The pool frees this connection one turn of the event loop later. A request before that opens a second one.
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
  // Loaded only behind a proxy.
  const { openProxyAgent } = await import('./proxy-agent.ts');
  return openProxyAgent(proxy, { ...settings, connectTimeout });
}

/**
 * Returns the function that opens undici's connections; the first connection continues the early one. The function sets
 * `syscall: 'connect'` on each error, which means that nothing was sent. Node.js itself does not when TLS fails.
 */
function connectorFrom(timeout: number, first: EarlyConnection | undefined): buildConnector.connector {
  const connect = buildConnector({
    allowH2: false,
    timeout,
    // Node.js tries each address for 250 ms, too short for a distant host. Here IPv6 and IPv4 each get half the time.
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

/** Calls `started` as soon as a request has a connection, just before its first byte is sent. */
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
 * Keeps V8 from optimising undici's parser. V8 would start in the background after a few responses, and the process
 * could not end before V8 is done: measured, 60 ms of a step of 180 ms. Works only before undici loads the parser,
 * which undici does when a connection is open.
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

/** Returns the response with its body as text. Some proxies compress a response although the request forbids it. */
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
