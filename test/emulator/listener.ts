import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WorldTime } from './world-time.ts';

/** The side of the sockets. */
export class Listener {
  readonly #server: Server;
  readonly #time: WorldTime;
  #opened = 0;

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
    this.#server.on('connection', () => this.#opened++);
  }

  /** How many connections have been opened so far. */
  get opened(): number {
    return this.#opened;
  }

  /** Takes connections at this port, or at any free one if it is 0, and tells which. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    return (this.#server.address() as AddressInfo).port;
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
