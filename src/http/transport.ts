import { setImmediate as turn } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import Pool from 'undici/lib/dispatcher/pool.js';
import { Failure } from '../failure.ts';
import { openConnector } from './connector.ts';
import { exchange, type TransportResponse } from './exchange.ts';
import type { FirstConnection } from './first-connection.ts';
import { isLoopback } from './loopback.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface TransportRequest {
  readonly method: Method;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type { TransportResponse };

/** Carries one request over the wire and reads its whole answer. Follows no redirect, retries nothing. */
export interface Transport {
  send(request: TransportRequest, signal: AbortSignal): Promise<TransportResponse>;
  close(): Promise<void>;
}

/** What no API needs more of: milliseconds until a connection must stand, and the bytes of an answer. */
export const usualLimits = { connectTimeout: 10_000, maxBytes: 8 * 1024 * 1024 } as const;

export interface TransportOptions {
  /** The one origin that is spoken to; it decides which proxy serves. */
  readonly origin: URL;
  /** Milliseconds until a connection must stand. */
  readonly connectTimeout: number;
  /** Connections kept open to one origin. */
  readonly connections: number;
  /** An answer with more bytes is refused. */
  readonly maxBytes: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** One that was begun already, for the first request. */
  readonly first?: FirstConnection | undefined;
}

/** undici, with the proxy that the environment names (`https_proxy`, `http_proxy`, `no_proxy`, in either case). */
export async function openTransport(options: TransportOptions): Promise<Transport> {
  const dispatcher = await openDispatcher(options);
  return {
    async send({ method, url, headers, body: content }, signal) {
      const answer = exchange(
        dispatcher,
        {
          origin: url.origin,
          path: url.pathname + url.search,
          method,
          headers: { ...headers },
          body: content ?? null,
          // The caller's signal is the one time-out: it covers the whole exchange, these would cover parts of it.
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        { signal, maxBytes: options.maxBytes },
      );
      // While the connection is made: node:v8 takes a millisecond to load.
      leaveParserAsItIs();
      const response = await answer;
      // The pool learns only then that this connection is free; who asked sooner would open a second one.
      await turn();
      return response;
    },
    close: () => dispatcher.destroy(),
  };
}

/**
 * After a few answers V8 would optimise undici's parser in the background, and the process cannot end before that is
 * done: measured, 60 ms of a step of 180 ms. Serves only before the parser is loaded, which is when a connection stands.
 */
function leaveParserAsItIs(): void {
  process.getBuiltinModule('node:v8').setFlagsFromString('--wasm-tiering-budget=1000000000');
}

async function openDispatcher(options: TransportOptions): Promise<Dispatcher> {
  const { connectTimeout, connections, environment, first, origin } = options;
  const settings = { allowH2: false, connections, pipelining: 1 } as const;
  const proxy = proxyFor(origin, environment);
  if (proxy === undefined) {
    const begun = first?.origin === origin.origin ? first : undefined;
    const connect = openConnector({ allowH2: false, timeout: connectTimeout }, begun);
    return new Pool(origin.origin, { ...settings, connect });
  }

  const { openProxyAgent } = await import('./proxy-agent.ts');
  return openProxyAgent({
    ...settings,
    connectTimeout,
    httpProxy: proxy,
    httpsProxy: proxy,
    noProxy: named(environment, 'no_proxy') ?? '',
  });
}

/**
 * As on runners: `https_proxy` for https, `http_proxy` for http, a missing scheme means `http://`. None for this machine
 * itself: the token would leave it, over http in clear.
 */
function proxyFor(origin: URL, environment: TransportOptions['environment']): string | undefined {
  if (isLoopback(origin)) return undefined;
  const name = origin.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const value = named(environment, name);
  if (value === undefined) return undefined;
  const proxy = value.includes('://') ? value : `http://${value}`;
  if (!URL.canParse(proxy) || !/^(https?|socks5?):$/.test(new URL(proxy).protocol)) {
    throw new Failure({
      what: `The environment variable ${name}`,
      why: 'it is not the address of a proxy',
      fix: 'Write it as http://host:port, or unset it',
    });
  }
  return proxy;
}

function named(environment: TransportOptions['environment'], name: string): string | undefined {
  return environment[name] || environment[name.toUpperCase()] || undefined;
}
