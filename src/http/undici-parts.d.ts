// The whole of undici costs twice the start-up of these parts; they carry no types of their own.
declare module 'undici/lib/dispatcher/env-http-proxy-agent.js' {
  import { EnvHttpProxyAgent } from 'undici';
  export default EnvHttpProxyAgent;
}

declare module 'undici/lib/dispatcher/pool.js' {
  import { Pool } from 'undici';
  export default Pool;
}

declare module 'undici/lib/api/api-connect.js' {
  import { Dispatcher } from 'undici';

  const connect: Dispatcher['connect'];
  export default connect;
}

declare module 'undici/lib/api/abort-signal.js' {
  import type { Dispatcher } from 'undici';

  /** Why a request was given up, and how to do so: taken out of its queue, or hung up on. */
  export interface Abortable {
    reason: Error | null;
    abort: ((reason: Error) => void) | null;
  }
  export function dispatchWithSignal(
    dispatcher: Dispatcher,
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler & Abortable,
  ): void;
}

declare module 'undici/lib/core/connect.js' {
  import { buildConnector } from 'undici';
  export default buildConnector;
}

declare module 'undici/lib/core/errors.js' {
  import { errors } from 'undici';
  export import ConnectTimeoutError = errors.ConnectTimeoutError;
}
