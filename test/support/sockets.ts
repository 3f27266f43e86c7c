import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { HttpFailure } from '../../src/http/failure.ts';
import { networkFailure } from '../../src/http/hints.ts';
import {
  openTransport,
  type Transport,
  type TransportOptions,
  type TransportRequest,
  type TransportResponse,
} from '../../src/http/transport.ts';
import { failureOf } from './test-client.ts';

/** Listens on a free port of this machine until the test ends, and collects the connections. */
export async function listen(server: Server): Promise<{ origin: URL; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => sockets.push(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { origin: new URL(`http://127.0.0.1:${port}`), sockets };
}

/** Opens a transport until the test ends. */
export function transportTo(origin: URL, options: Partial<TransportOptions> = {}): Transport {
  const usual = { connectTimeout: 5_000, maxBytes: 1_000, environment: {} };
  const transport = openTransport({ origin, ...usual, ...options });
  onTestFinished(() => transport.close());
  return transport;
}

/** Sends a request, by default a GET; gives it up after 20 s at the latest. */
export async function send(
  transport: Transport,
  url: URL,
  {
    signal = AbortSignal.timeout(20_000),
    ...request
  }: Partial<TransportRequest & { signal: AbortSignal }> = {},
): Promise<TransportResponse> {
  return await transport.send({ method: 'GET', url, headers: {}, ...request }, signal);
}

/** Returns why a request to `cloud.example` failed, as the client sees it. */
export async function diagnosisOf(task: Promise<unknown>, timedOutAfter?: number): Promise<HttpFailure> {
  return networkFailure('It', await failureOf(task), { host: 'cloud.example', timedOutAfter });
}
