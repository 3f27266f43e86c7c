import { once } from 'node:events';
import { type AddressInfo, createServer, Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectFirst, type FirstConnection } from '../../src/http/first-connection.ts';
import { networkFailure } from '../../src/http/network-failure.ts';
import { openTransport, type TransportOptions } from '../../src/http/transport.ts';
import { type Certificate, makeCertificate } from '../support/certificate.ts';
import { failureOf } from '../support/test-client.ts';

const open: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** Takes connections, and keeps what comes on them. */
async function listen(server = createServer()) {
  const sockets: Socket[] = [];
  let received = '';
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    socket
      .on('error', () => undefined)
      .on('data', (data) => {
        received += data;
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}/api`, server, sockets, received: () => received };
}

/** A socket whose connection does not come to stand. */
function connecting(): Socket {
  return Object.assign(new Socket(), { connecting: true }).on('error', () => undefined);
}

function keep(first: FirstConnection | undefined): FirstConnection | undefined {
  open.push(() => first?.socket.destroy());
  return first;
}

describe('a connection is begun', () => {
  test('to the host of the input api-url, and nothing is sent on it', async () => {
    const { url, server, received } = await listen();
    const arrived = once(server, 'connection');
    const first = keep(await connectFirst('https://cloud.example', { 'INPUT_API-URL': ` ${url} ` }));
    expect(first?.origin).toBe(new URL(url).origin);
    const [socket] = await arrived;
    first?.socket.end();
    await once(socket, 'close');
    expect(received()).toBe('');
  });

  test('to the usual host, where the input is empty', async () => {
    const { url, server } = await listen();
    const arrived = once(server, 'connection');
    keep(await connectFirst(url, { 'INPUT_API-URL': '' }));
    await arrived;
  });

  test('and that nobody listens there is no error yet', async () => {
    const { url, server } = await listen();
    server.close();
    await once(server, 'close');
    const first = keep(await connectFirst(url, {}));
    expect(first).toBeDefined();
    await expect.poll(() => first?.socket.destroyed).toBe(true);
  });

  test('nor is that there is no such host', async () => {
    const first = keep(await connectFirst('https://nowhere.invalid', {}));
    expect(first?.origin).toBe('https://nowhere.invalid');
  });

  test.each([
    ['over http', 'http://127.0.0.1:1', {}],
    ['to what is no address', 'cloud', {}],
    ['past a proxy', 'https://127.0.0.1:1', { https_proxy: 'http://proxy.example' }],
    ['past a proxy in capitals', 'https://127.0.0.1:1', { HTTPS_PROXY: 'http://proxy.example' }],
  ])('but not %s', async (_, url, environment) => {
    expect(await connectFirst(url, environment)).toBeUndefined();
  });
});

describe('a transport', () => {
  let certificate: Certificate;

  beforeAll(() => {
    certificate = makeCertificate();
  });

  afterAll(() => certificate[Symbol.dispose]());

  async function transportTo(url: string, first: FirstConnection | undefined, connectTimeout = 5_000) {
    const options: TransportOptions = {
      origin: new URL(url),
      connectTimeout,
      connections: 2,
      maxBytes: 1_000,
      environment: {},
      first,
    };
    const transport = await openTransport(options);
    open.push(() => transport.close());
    return transport;
  }

  async function diagnosis(url: string, first: FirstConnection | undefined, connectTimeout?: number) {
    const transport = await transportTo(url, first, connectTimeout);
    const signal = AbortSignal.timeout(20_000);
    const error = await failureOf(
      transport.send({ method: 'POST', url: new URL(url), headers: {}, body: '{}' }, signal),
    );
    const { reason, arrival, retry } = networkFailure('It', error, false, 1);
    return { reason, arrival, retry };
  }

  test('goes on with it: the first byte on it is that of the handshake', async () => {
    const { url, sockets } = await listen();
    const first = keep(await connectFirst(url, {}));
    const transport = await transportTo(url, first);
    const giveUp = new AbortController();
    const ended = failureOf(transport.send({ method: 'GET', url: new URL(url), headers: {} }, giveUp.signal));
    await expect.poll(() => sockets[0]?.bytesRead).toBeGreaterThan(0);
    giveUp.abort(new Error('enough'));
    await ended;
    expect(sockets).toHaveLength(1);
    // What nobody waits for any more is hung up on.
    await expect.poll(() => first?.socket.destroyed).toBe(true);
  });

  test('finds out that its certificate is not trusted', async () => {
    const { url } = await listen(createSecureServer({ cert: certificate.cert, key: certificate.key }));
    const first = keep(await connectFirst(url, {}));
    expect(await diagnosis(url, first)).toEqual({
      reason: 'the TLS handshake failed (DEPTH_ZERO_SELF_SIGNED_CERT)',
      arrival: 'no',
      retry: 'never',
    });
  });

  test('makes one of its own where that one is gone already', async () => {
    const { url, sockets } = await listen();
    const first = keep(await connectFirst(url, {}));
    first?.socket.destroy();
    sockets.length = 0;
    const ended = diagnosis(url, first);
    await expect.poll(() => sockets.at(-1)?.bytesRead).toBeGreaterThan(0);
    sockets.at(-1)?.destroy();
    await ended;
  });

  test('uses none that leads elsewhere', async () => {
    const elsewhere = await listen();
    const { url, sockets } = await listen();
    const first = keep(await connectFirst(elsewhere.url, {}));
    const ended = diagnosis(url, first);
    await expect.poll(() => sockets[0]?.bytesRead).toBeGreaterThan(0);
    sockets[0]?.destroy();
    await ended;
    expect(elsewhere.received()).toBe('');
  });

  describe('says that nothing has arrived', () => {
    test('where the server hangs up before TLS stands', async () => {
      const { url, server } = await listen();
      server.on('connection', (socket: Socket) => socket.once('data', () => socket.destroy()));
      for (const first of [keep(await connectFirst(url, {})), undefined])
        expect(await diagnosis(url, first)).toEqual({
          reason: 'the connection could not be made (ECONNRESET)',
          arrival: 'no',
          retry: 'patiently',
        });
    });

    test('where the connection is refused in the end', async () => {
      const socket = connecting();
      const url = 'https://127.0.0.1:1';
      const ended = diagnosis(url, { origin: url, socket });
      setImmediate(() => socket.destroy(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })));
      expect(await ended).toMatchObject({ reason: 'the connection was refused', arrival: 'no' });
    });

    test('where it does not come to stand in time', async () => {
      const socket = connecting();
      const url = 'https://127.0.0.1:1';
      expect(await diagnosis(url, { origin: url, socket }, 1)).toMatchObject({
        reason: 'the connection could not be made in time',
        arrival: 'no',
      });
    });
  });
});
