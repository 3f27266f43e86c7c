import http from 'node:http';
import type { Socket } from 'node:net';
import type { Connector, Done } from './connections.ts';
import { ConnectTimeout, ProxyRefusal, ProxyUnreachable } from './failure.ts';
import type { NamedProxy } from './proxy.ts';

/** The way to an API through a proxy. */
export interface ProxyRoute {
  /** Connects to the origin of a URL: for https through a tunnel, else only to the proxy, which forwards requests. */
  connect(url: URL, done: Done): void;
  /** Returns the options of a request that the proxy forwards. */
  forwarded(url: URL, options: http.RequestOptions): http.RequestOptions;
}

export function routeThrough(proxy: NamedProxy, connector: Connector): ProxyRoute {
  const basic = Buffer.from(`${proxy.user}:${proxy.password}`, 'latin1').toString('base64');
  const credentials = proxy.user === '' ? {} : { 'proxy-authorization': `Basic ${basic}` };
  const tunnel = (socket: Socket, { hostname, port }: URL, done: Done): void => {
    const path = `${hostname}:${port || 443}`;
    const headers = { host: path, ...credentials };
    const request = http.request({ method: 'CONNECT', path, headers, createConnection: () => socket });
    let status: number | undefined;
    request.once('connect', ({ statusCode }) => {
      status = statusCode;
    });
    const answered: Done = (error) => {
      if (status !== undefined && status >= 200 && status < 300) return done(null, socket);
      socket.destroy();
      const isLate = error instanceof ConnectTimeout;
      done(isLate ? unreachable(proxy, error) : new ProxyRefusal(status), socket);
    };
    connector.until(
      socket,
      answered,
      request.on('error', () => undefined),
    );
    request.end();
  };
  return {
    connect(url, done) {
      connector.connect(proxy.address, (error, socket) => {
        if (error !== null) done(unreachable(proxy, error), socket);
        else if (url.protocol !== 'https:') done(null, socket);
        else
          tunnel(socket, url, (refusal) =>
            refusal === null ? connector.connect(url, done, socket) : done(refusal, socket),
          );
      });
    },
    forwarded(url, options) {
      return { ...options, path: url.href, headers: { ...options.headers, host: url.host, ...credentials } };
    },
  };
}

function unreachable({ variable, address, lacksScheme }: NamedProxy, cause: Error): ProxyUnreachable {
  const fix = lacksScheme ? `Write ${variable} with its scheme: ${address.origin}` : undefined;
  return new ProxyUnreachable(`${address.host} (from ${variable})`, fix, { cause });
}
