import { once } from 'node:events';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
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

/** Opens a proxy. `refuse`: the status of the response to every request, which the proxy then does not forward. */
export async function openForwardProxy({ refuse }: { refuse?: number } = {}): Promise<ForwardProxy> {
  const asked: string[] = [];
  const credentials: (string | undefined)[] = [];
  const sockets = new Set<Duplex>();
  const note = ({ method, url, headers }: IncomingMessage) => {
    asked.push(`${method} ${url}`);
    credentials.push(headers['proxy-authorization']);
  };
  const server = createServer((incoming: IncomingMessage, response: ServerResponse) => {
    note(incoming);
    if (refuse !== undefined) {
      response.writeHead(refuse, { 'Content-Type': 'text/html' }).end('<h1>The proxy says no</h1>');
      return;
    }
    const { method, url = '', headers } = incoming;
    const here = Object.assign(new URL(url), { hostname: '127.0.0.1' });
    const outgoing = forward(here, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(outgoing);
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
