import type { EventEmitter } from 'node:events';
import net, { type Socket } from 'node:net';
import tls from 'node:tls';
import { NotSent } from './failure.ts';

/** Called with a connection as soon as it is open, TLS included, or with the reason why it could not be opened. */
export type Done = (error: Error | null, socket: Socket) => void;

/** Opens connections, each within `timeout` milliseconds. */
export class Connector {
  readonly #timeout: number;
  readonly #opening = new Set<Socket>();

  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  /** Connects to the origin of a URL. With `socket`, an open connection that leads there, it only adds TLS. */
  connect({ protocol, hostname, port }: URL, done: Done, socket?: Socket): void {
    const isSecure = protocol === 'https:';
    const host = hostname.replace(/^\[|\]$/g, '');
    const target = {
      host,
      port: Number(port || (isSecure ? 443 : 80)),
      // Node.js tries each address for 250 ms, too short for a distant host. Here IPv6 and IPv4 each get half the time.
      autoSelectFamilyAttemptTimeout: Math.max(10, this.#timeout / 2),
    };
    const servername = net.isIP(host) === 0 ? { servername: host } : {};
    const secured = { ...target, ...servername, ...(socket && { socket }), ALPNProtocols: ['http/1.1'] };
    this.until(isSecure ? tls.connect(secured) : net.connect(target), done);
  }

  /**
   * Waits until a connection is open, or until `tunnel`, the request for a tunnel on it, is answered. Sets
   * `syscall: 'connect'` on each error, which means that nothing was sent.
   */
  until(socket: Socket, done: Done, tunnel?: EventEmitter): void {
    const event = socket instanceof tls.TLSSocket && tunnel === undefined ? 'secureConnect' : 'connect';
    const source = tunnel ?? socket;
    const tooSlow = setTimeout(() => socket.destroy(new NotSent()), this.#timeout);
    const end = (error: Error | null): void => {
      clearTimeout(tooSlow);
      this.#opening.delete(socket);
      socket.off('close', failed);
      source.off(event, open);
      done(error, socket);
    };
    const open = (): void => end(null);
    // Node.js itself does not set it when TLS fails.
    const failed = (): void =>
      end(Object.assign(socket.errored ?? new Error('The connection was closed'), { syscall: 'connect' }));
    this.#opening.add(socket);
    socket.on('error', () => undefined).once('close', failed);
    if (source === socket && event === 'connect' && !socket.connecting) open();
    else source.once(event, open);
  }

  /** Closes the connections that are not open yet. */
  close(): void {
    for (const socket of this.#opening) socket.destroy();
  }
}
