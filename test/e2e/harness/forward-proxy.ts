import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** A forward proxy, as companies use it between their runners and the internet. All targets are on this machine. */
export interface ForwardProxy extends AsyncDisposable {
  /** The address of the proxy: `127.0.0.1:PORT`. */
  host: string;
  /** The request lines without the version: `GET http://…`, `CONNECT host:port`. */
  asked: string[];
  /** The `Proxy-Authorization` header of each request. */
  credentials: (string | undefined)[];
}

/** Opens a proxy. `refuse`: the status of the response to every CONNECT. */
export async function openForwardProxy({ refuse }: { refuse?: number } = {}): Promise<ForwardProxy> {
  const asked: string[] = [];
  const credentials: (string | undefined)[] = [];
  const sockets = new Set<Duplex>();
  const note = ({ method, url, headers }: IncomingMessage) => {
    asked.push(`${method} ${url}`);
    credentials.push(headers['proxy-authorization']);
  };
  // No test sends anything but a CONNECT through a proxy.
  const server = createServer((incoming: IncomingMessage, response: ServerResponse) => {
    note(incoming);
    response.writeHead(403).end();
  });
  server.on('connect', (incoming: IncomingMessage, client: Duplex) => {
    note(incoming);
    sockets.add(client);
    client.on('error', () => client.destroy());
    if (refuse !== undefined) {
      client.end(`HTTP/1.1 ${refuse} Refused\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const { port } = new URL(`http://${incoming.url}`);
    const target = connect(Number(port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    sockets.add(target);
    target.on('error', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    asked,
    credentials,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
