import http from 'node:http';
import type { Socket } from 'node:net';
import { Failure } from '../failure.ts';
import type { Connector } from './connections.ts';
import { NotSent, ProxyRefusal, ProxyUnreachable } from './failure.ts';

type Variables = Readonly<Record<string, string | undefined>>;

export interface NamedProxy {
  /** The environment variable, in the spelling that is set: `https_proxy` or `HTTPS_PROXY`. */
  readonly variable: string;
  /** Without user and password. */
  readonly address: URL;
  readonly user: string;
  readonly password: string;
}

/** True for an address of this machine itself: no proxy leads to it, and nobody listens on the way. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/**
 * Returns the proxy for an origin, chosen as runners do: `https_proxy` for https, `http_proxy` for http; a missing
 * scheme means `http://`. Undefined for this machine itself: the token would leave the machine, over http in clear
 * text. Throws a `Failure` for a value that is not the address of an HTTP proxy.
 */
export function proxyFor(origin: URL, environment: Variables): NamedProxy | undefined {
  if (isLoopback(origin) || isPassedBy(origin, variableIn(environment, 'no_proxy')?.value ?? ''))
    return undefined;
  const found = variableIn(environment, origin.protocol === 'https:' ? 'https_proxy' : 'http_proxy');
  if (found === undefined) return undefined;
  const { name: variable, value } = found;
  const text = value.includes('://') ? value : `http://${value}`;
  const address = URL.canParse(text) ? new URL(text) : undefined;
  // An @ after the host belongs to a password with a / or #, which ended the host too early.
  const isProxy =
    address !== undefined &&
    ['http:', 'https:'].includes(address.protocol) &&
    !(address.pathname + address.search + address.hash).includes('@');
  if (!isProxy) {
    throw new Failure({
      what: `The environment variable ${variable}`,
      why: 'it does not hold the address of an HTTP proxy',
      fix: 'Write it as http://host:port or http://user:password@host:port; in the password, write %40 for @, %2F for /, %23 for #',
    });
  }
  const [user, password] = [unescaped(address.username), unescaped(address.password)];
  Object.assign(address, { username: '', password: '' });
  return { variable, address, user, password };
}

/** True if `no_proxy` names the host, a domain above it, or `*`; an entry with a port is only for that port. */
function isPassedBy({ hostname, port, protocol }: URL, noProxy: string): boolean {
  const ownPort = port || (protocol === 'https:' ? '443' : '80');
  const host = hostname.replace(/[[\]]/g, '');
  return noProxy
    .toLowerCase()
    .split(/[\s,]/)
    .some((entry) => {
      const [, bracketed, plain = entry, onlyPort = ownPort] =
        /^(?:\[(.+)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
      const name = (bracketed ?? plain).replace(/\.$/, '');
      if (name === '' || onlyPort !== ownPort) return false;
      const domain = name.replace(/^\*?\./, '');
      return name === '*' || (host === domain && !name.startsWith('*')) || host.endsWith(`.${domain}`);
    });
}

function variableIn(
  environment: Variables,
  name: string,
): { readonly name: string; readonly value: string } | undefined {
  for (const spelled of [name, name.toUpperCase()]) {
    const value = environment[spelled];
    if (value) return { name: spelled, value };
  }
  return undefined;
}

/** Decodes percent escapes as curl does: any other % stays. Each character of the result is a byte. */
function unescaped(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** The way to an API through a proxy. */
export interface ProxyRoute {
  /** Connects to the origin of a URL: for https through a tunnel, else only to the proxy, which forwards requests. */
  connect(url: URL): Promise<Socket>;
  /** Returns the options of a request that the proxy forwards. */
  forwarded(url: URL, options: http.RequestOptions): http.RequestOptions;
}

export function routeThrough(proxy: NamedProxy, connector: Connector): ProxyRoute {
  const basic = Buffer.from(`${proxy.user}:${proxy.password}`, 'latin1').toString('base64');
  const credentials = proxy.user === '' ? {} : { 'proxy-authorization': `Basic ${basic}` };
  const openTunnel = async (socket: Socket, { hostname, port }: URL): Promise<void> => {
    const path = `${hostname}:${port || 443}`;
    const headers = { host: path, ...credentials };
    const request = http.request({ method: 'CONNECT', path, headers, createConnection: () => socket });
    let status = 0;
    request
      .on('error', () => undefined)
      .once('connect', ({ statusCode = 0 }) => {
        status = statusCode;
      });
    request.end();
    try {
      await connector.opened(socket, request);
    } catch (error) {
      throw error instanceof NotSent ? unreachable(proxy, error) : new ProxyRefusal(undefined);
    }
    if (Math.floor(status / 100) === 2) return;
    socket.destroy();
    throw new ProxyRefusal(status);
  };
  return {
    async connect(url) {
      const socket = await connector.connect(proxy.address).catch((error) => {
        throw unreachable(proxy, error);
      });
      if (url.protocol !== 'https:') return socket;
      await openTunnel(socket, url);
      return await connector.connect(url, socket);
    },
    forwarded(url, options) {
      return { ...options, path: url.href, headers: { ...options.headers, host: url.host, ...credentials } };
    },
  };
}

function unreachable({ variable, address }: NamedProxy, cause: Error): ProxyUnreachable {
  return new ProxyUnreachable(`the proxy ${address.host} (from ${variable})`, { cause });
}
