import type { Dispatcher } from 'undici';
import connect from 'undici/lib/api/api-connect.js';
import EnvHttpProxyAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js';
import Pool from 'undici/lib/dispatcher/pool.js';

export type ProxyAgentOptions = ConstructorParameters<typeof EnvHttpProxyAgent>[0];

/** undici's agent for proxies. A tunnel needs `connect`, which only the whole of undici gives to its dispatchers. */
export function openProxyAgent(options: ProxyAgentOptions): Dispatcher {
  return new EnvHttpProxyAgent({
    ...options,
    clientFactory: (origin, settings) => Object.assign(new Pool(origin, settings), { connect }),
  });
}
