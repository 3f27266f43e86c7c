import type { buildConnector } from 'undici';
import connectorFrom from 'undici/lib/core/connect.js';
import { ConnectTimeoutError } from 'undici/lib/core/errors.js';
import type { FirstConnection } from './first-connection.ts';

export interface ConnectorSettings {
  readonly allowH2: false;
  /** Milliseconds until a connection must stand. */
  readonly timeout: number;
}

/**
 * Makes undici's connections. The first one is the connection that was begun already, if there is one. Each error is
 * marked with the system call `connect`, which means that nothing was sent. Node.js itself does not do so when TLS fails.
 */
export function openConnector(
  settings: ConnectorSettings,
  first: FirstConnection | undefined,
): buildConnector.connector {
  const connect = connectorFrom(settings);
  let begun = first?.socket;
  return (target, done) => {
    const callback: buildConnector.Callback = (...[error, made]) =>
      error === null ? done(null, made) : done(Object.assign(error, { syscall: 'connect' }), null);
    const socket = begun;
    begun = undefined;
    if (socket === undefined || socket.destroyed) return connect(target, callback);

    const tooSlow = (): unknown => socket.destroy(new ConnectTimeoutError());
    const timer = setTimeout(tooSlow, settings.timeout);
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
    // By what is returned undici ends a connection that nobody waits for any more.
    return socket;
  };
}
