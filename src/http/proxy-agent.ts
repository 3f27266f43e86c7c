import { type buildConnector, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { ProxyUnreachable } from './failure.ts';
import type { NamedProxy } from './proxy.ts';

/** Opens undici's agent for proxies. An error on the way to the proxy itself is a `ProxyUnreachable`. */
export function openProxyAgent(
  proxy: NamedProxy,
  options: EnvHttpProxyAgent.Options & { readonly connect: buildConnector.connector },
): Dispatcher {
  const { address, user, password, noProxy } = proxy;
  const toProxy: buildConnector.connector = (target, done) =>
    options.connect(target, (...[error, socket]) =>
      error === null ? done(null, socket) : done(unreachable(proxy, error), null),
    );
  const basic = Buffer.from(`${user}:${password}`, 'latin1').toString('base64');
  // undici itself fails on a literal % in the user or password.
  const credentials = user === '' ? {} : { token: `Basic ${basic}` };
  return new EnvHttpProxyAgent({
    ...options,
    ...credentials,
    httpProxy: address.href,
    httpsProxy: address.href,
    noProxy,
    clientFactory: (origin) => new Pool(origin, { connect: toProxy }),
  });
}

function unreachable({ variable, address, lacksScheme }: NamedProxy, cause: Error): ProxyUnreachable {
  const fix = lacksScheme ? `Write ${variable} with its scheme: ${address.origin}` : undefined;
  return new ProxyUnreachable(`${address.host} (from ${variable})`, fix, { cause });
}
