import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { WorldTime } from './world-time.ts';

/** The side of the sockets: which connection is which, and taking none for a while. */
export class Listener {
  readonly #server: Server;
  readonly #time: WorldTime;
  readonly #numbers = new WeakMap<Socket, number>();
  #opened = 0;
  #port = 0;

  constructor(serve: (message: IncomingMessage, response: ServerResponse) => Promise<void>, time: WorldTime) {
    this.#time = time;
    this.#server = createServer((message, response) => {
      serve(message, response).catch((error: unknown) => {
        // A caller that has gone away is its own business.
        if (response.destroyed || response.headersSent) return;
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        response.writeHead(500, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify({ message: text }));
      });
    });
    this.#server.on('connection', (socket) => this.#numbers.set(socket, ++this.#opened));
  }

  /** How many connections have been opened so far. */
  get opened(): number {
    return this.#opened;
  }

  /** The number of a connection; the first is 1. */
  numberOf(socket: Socket): number {
    return this.#numbers.get(socket) ?? 0;
  }

  /** Takes connections at this port, or at any free one if it is 0, and tells which. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
    return this.#port;
  }

  /** Cuts all connections, and refuses new ones for a while. */
  refuse(ms: number): void {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    this.#time.later(ms, () => this.#server.listen(this.#port, '127.0.0.1'));
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#time.end();
      this.#server.close(() => resolve());
      // Callers that were left hanging must not keep the server up.
      this.#server.closeAllConnections();
    });
  }
}
