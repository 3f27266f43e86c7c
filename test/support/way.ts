import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificate } from './certificate.ts';

/** The way to a server on this machine, as it would be to one that is further away. */
export interface Way extends AsyncDisposable {
  /** In place of the server's own. */
  readonly origin: string;
  /** How many connections were made on it. */
  connections(): number;
  /** Hangs up on the next connections. */
  hangUp(times: number): void;
}

/** With a certificate the way leads through TLS; each round trip takes `roundTrip` milliseconds more, the handshake's, too. */
export async function openWay(
  origin: string,
  roundTrip: number,
  certificate: Certificate | undefined,
): Promise<Way> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.setNoDelay();
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const target = Number(new URL(origin).port);
  const onSecure = (socket: Socket): void => {
    const server = keep(connect(target, '127.0.0.1'));
    keep(socket).pipe(server).pipe(socket);
  };
  const secure = certificate && createTlsServer({ cert: certificate.cert, key: certificate.key }, onSecure);
  const end = secure === undefined ? target : await listen(secure);
  let connections = 0;
  let hangUps = 0;
  const slow = createServer((socket) => {
    connections++;
    if (hangUps-- > 0) {
      socket.destroy();
      return;
    }
    const server = keep(connect(end, '127.0.0.1'));
    // On a real way a client can send only when its connection stands, one round trip later.
    carry(keep(socket), server, roundTrip / 2, roundTrip);
    carry(server, socket, roundTrip / 2, 0);
  });
  const port = await listen(slow);
  return {
    origin: `${secure === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    connections: () => connections,
    hangUp: (times) => {
      hangUps = times;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      secure?.close();
      slow.close();
      await once(slow, 'close');
    },
  };
}

/** Passes on what comes, so many milliseconds later, and nothing before the connection stands. */
function carry(from: Socket, to: Socket, delay: number, standsAfter: number): void {
  const stands = performance.now() + standsAfter;
  const later = (pass: () => void): void => {
    const wait = delay + Math.max(0, stands - performance.now());
    if (wait === 0) pass();
    else setTimeout(pass, wait);
  };
  from.on('data', (chunk) => later(() => to.write(chunk)));
  from.on('end', () => later(() => to.end()));
  from.on('close', () => later(() => to.destroy()));
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
