import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WorldTime } from './world-time.ts';

/** The HTTP server, with its sockets. */
export class Listener {
  readonly #server: Server;
  readonly #time: WorldTime;
  #opened = 0;

  constructor(serve: (message: IncomingMessage, response: ServerResponse) => Promise<void>, time: WorldTime) {
    this.#time = time;
    this.#server = createServer((message, response) => {
      serve(message, response).catch((error: unknown) => {
        // No response for a client that has closed the connection, or after the headers.
        if (response.destroyed || response.headersSent) return;
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        response.writeHead(500, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify({ message: text }));
      });
    });
    this.#server.on('connection', () => this.#opened++);
  }

  /** The number of connections opened so far. */
  get opened(): number {
    return this.#opened;
  }

  /** Listens on this port, or on any free one if it is 0. Returns the port. */
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
      // Clients without a response must not keep the server alive.
      this.#server.closeAllConnections();
    });
  }
}
