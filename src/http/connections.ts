import type { EventEmitter } from 'node:events';
import net, { type Socket } from 'node:net';
import tls from 'node:tls';
import { NotSent } from './failure.ts';

/** Opens connections, each within `timeout` milliseconds. */
export class Connector {
  readonly #timeout: number;
  readonly #opening = new Set<Socket>();

  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  /** Connects to the origin of a URL. With `socket`, an open connection to it, only adds TLS. */
  async connect({ protocol, hostname, port }: URL, socket?: Socket): Promise<Socket> {
    const isSecure = protocol === 'https:';
    const host = hostname.replace(/[[\]]/g, '');
    const target = {
      host,
      port: Number(port || (isSecure ? 443 : 80)),
      // Node.js tries each address for 250 ms, too short for a distant host. Here IPv6 and IPv4 each get half the time.
      autoSelectFamilyAttemptTimeout: Math.max(10, this.#timeout / 2),
    };
    const servername = net.isIP(host) === 0 ? host : '';
    const secured = { ...target, servername, ...(socket && { socket }), ALPNProtocols: ['http/1.1'] };
    return await this.opened(isSecure ? tls.connect(secured) : net.connect(target));
  }

  /**
   * Returns a connection when it is open, or when `tunnel`, the request for a tunnel on it, is answered. Sets
   * `syscall: 'connect'` on each error, which means that nothing was sent.
   */
  async opened(socket: Socket, tunnel?: EventEmitter): Promise<Socket> {
    const tooSlow = setTimeout(() => socket.destroy(new NotSent()), this.#timeout);
    this.#opening.add(socket);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Node.js itself does not set it when TLS fails.
    const failed = (): void =>
      reject(Object.assign(socket.errored ?? new Error('The connection was closed'), { syscall: 'connect' }));
    socket.on('error', () => undefined).once('close', failed);
    if (tunnel !== undefined) tunnel.once('connect', resolve);
    else if (socket instanceof tls.TLSSocket) socket.once('secureConnect', resolve);
    else if (socket.connecting) socket.once('connect', resolve);
    else resolve();
    try {
      await promise;
      return socket;
    } finally {
      clearTimeout(tooSlow);
      this.#opening.delete(socket);
      socket.off('close', failed);
    }
  }

  /** Closes the connections that are not open yet. */
  close(): void {
    for (const socket of this.#opening) socket.destroy();
  }
}
