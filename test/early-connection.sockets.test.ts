import { once } from 'node:events';
import { type AddressInfo, createServer, Socket } from 'node:net';
import { createServer as createSecureServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectEarly, type EarlyConnection } from '../src/early-connection.ts';
import { networkFailure } from '../src/http/hints.ts';
import { openTransport, type TransportOptions } from '../src/http/transport.ts';
import { type Certificate, makeCertificate } from './support/certificate.ts';
import { failureOf } from './support/test-client.ts';

const open: (() => unknown)[] = [];

afterEach(async () => {
  vi.useRealTimers();
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

/** As the entry of an action does it, which has a token. */
function begin(apiUrl: string, environment: NodeJS.ProcessEnv) {
  const token = { INPUT_TOKEN: 'the-token' };
  return connectEarly({ apiUrl, tokenVariables: ['CLOUD_TOKEN'] }, { ...token, ...environment });
}

function keep(first: EarlyConnection | undefined): EarlyConnection | undefined {
  open.push(() => first?.socket.destroy());
  return first;
}

describe('a connection is begun', () => {
  test('to the host of the input api-url, and nothing is sent on it', async () => {
    const { url, server, received } = await listen();
    const arrived = once(server, 'connection');
    const first = keep(await begin('https://cloud.example', { 'INPUT_API-URL': ` ${url} ` }));
    expect(first?.origin).toBe(new URL(url).origin);
    const [socket] = await arrived;
    first?.socket.end();
    await once(socket, 'close');
    expect(received()).toBe('');
  });

  test.each([{ 'INPUT_API-URL': '' }, { 'INPUT_API-URL': ' ' }, {}])(
    'to the usual host, where the input is empty: %j',
    async (environment) => {
      const { url, server } = await listen();
      const arrived = once(server, 'connection');
      keep(await begin(url, environment));
      await arrived;
    },
  );

  test('also to an address of the newer kind', async () => {
    const first = keep(await begin('https://[::1]:1', {}));
    await expect.poll(() => first?.socket.errored).toMatchObject({ syscall: 'connect', address: '::1' });
  });

  test('and that nobody listens there is no error yet', async () => {
    const { url, server } = await listen();
    server.close();
    await once(server, 'close');
    const first = keep(await begin(url, {}));
    expect(first).toBeDefined();
    await expect.poll(() => first?.socket.destroyed).toBe(true);
  });

  test('nor is that there is no such host', async () => {
    const first = keep(await begin('https://nowhere.invalid', {}));
    expect(first?.origin).toBe('https://nowhere.invalid');
  });

  test.each([
    ['has begun', '127.0.0.1'],
    ['cannot begin, since there is no such host', 'nowhere.invalid'],
  ])('and no time is lost when it %s', async (_, host) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    keep(await begin(`https://${host}:1`, {}));
    expect(vi.getTimerCount()).toBe(0);
  });

  test('with the token of an environment variable, too', async () => {
    const { url } = await listen();
    expect(keep(await begin(url, { INPUT_TOKEN: ' ', CLOUD_TOKEN: 'x' }))).toBeDefined();
  });

  test.each([
    ['over http', 'http://127.0.0.1:1', {}],
    ['to what is no address', 'cloud', {}],
    ['to an address that is refused', 'https://me:secret@127.0.0.1:1', {}],
    ['to an address with a query', 'https://127.0.0.1:1/?a=b', {}],
    ['without a token', 'https://127.0.0.1:1', { INPUT_TOKEN: '' }],
    ['past a proxy', 'https://127.0.0.1:1', { https_proxy: 'http://proxy.example' }],
    ['past a proxy in capitals', 'https://127.0.0.1:1', { HTTPS_PROXY: 'http://proxy.example' }],
  ])('but not %s', async (_, url, environment) => {
    expect(await begin(url, environment)).toBeUndefined();
  });
});

describe('a transport', () => {
  let certificate: Certificate;

  beforeAll(() => {
    certificate = makeCertificate();
  });

  afterAll(() => certificate[Symbol.dispose]());

  /** Answers each request with an empty object. */
  const answering = () =>
    createSecureServer({ cert: certificate.cert, key: certificate.key }, (socket) => {
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'));
      socket.on('error', () => undefined);
    });

  function trustCertificate(): void {
    const usual = getCACertificates('default');
    setDefaultCACertificates([...usual, certificate.cert.toString()]);
    open.push(() => setDefaultCACertificates(usual));
  }

  async function transportTo(url: string, first: EarlyConnection | undefined, connectTimeout = 5_000) {
    const options: TransportOptions = {
      origin: new URL(url),
      connectTimeout,
      maxBytes: 1_000,
      environment: {},
      first,
    };
    const transport = openTransport(options);
    open.push(() => transport.close());
    return transport;
  }

  async function diagnosis(url: string, first: EarlyConnection | undefined, connectTimeout?: number) {
    const transport = await transportTo(url, first, connectTimeout);
    const signal = AbortSignal.timeout(20_000);
    const error = await failureOf(
      transport.send({ method: 'POST', url: new URL(url), headers: {}, body: '{}' }, signal),
    );
    const { reason, arrival, retry } = networkFailure('It', error, { host: 'here' });
    return { reason, arrival, retry };
  }

  test('goes on with it: the first byte on it is that of the handshake', async () => {
    const { url, sockets } = await listen();
    const first = keep(await begin(url, {}));
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

  test.each([
    ['stands already', true],
    ['is being made', false],
  ])('goes on with one that %s, for as long as it is of use', async (_, waits) => {
    trustCertificate();
    const { url, sockets } = await listen(answering());
    const first = keep(await begin(url, {}));
    if (waits) await expect.poll(() => first?.socket.connecting).toBe(false);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const transport = await transportTo(url, first, 1_000);
    const send = () =>
      transport.send({ method: 'GET', url: new URL(url), headers: {} }, new AbortController().signal);
    expect(await send()).toMatchObject({ status: 200, body: '{}' });
    // The time in which it had to stand is over, and does not matter any more.
    vi.advanceTimersByTime(2_000);
    expect(await send()).toMatchObject({ status: 200 });
    expect(sockets).toHaveLength(1);
  });

  test('makes another one when it has been closed after an answer', async () => {
    trustCertificate();
    const server = createSecureServer({ cert: certificate.cert, key: certificate.key }, (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'));
    });
    const { url, sockets } = await listen(server);
    const first = keep(await begin(url, {}));
    const transport = await transportTo(url, first);
    const send = () =>
      transport.send({ method: 'GET', url: new URL(url), headers: {} }, AbortSignal.timeout(20_000));
    expect(await send()).toMatchObject({ status: 200 });
    await expect.poll(() => first?.socket.destroyed).toBe(true);
    expect(await send()).toMatchObject({ status: 200 });
    expect(sockets).toHaveLength(2);
  });

  test('finds out that its certificate is not trusted', async () => {
    const { url } = await listen(createSecureServer({ cert: certificate.cert, key: certificate.key }));
    const first = keep(await begin(url, {}));
    expect(await diagnosis(url, first)).toEqual({
      reason:
        'the certificate of here is signed by an authority that the runner does not know (DEPTH_ZERO_SELF_SIGNED_CERT)',
      arrival: 'no',
      retry: 'no',
    });
  });

  test('makes one of its own where that one is gone already', async () => {
    const { url, sockets } = await listen();
    const first = keep(await begin(url, {}));
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
    const first = keep(await begin(elsewhere.url, {}));
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
      for (const first of [keep(await begin(url, {})), undefined])
        expect(await diagnosis(url, first)).toEqual({
          reason: 'the connection to here could not be made (ECONNRESET)',
          arrival: 'no',
          retry: 'long',
        });
    });

    test('where the connection is refused in the end', async () => {
      const socket = connecting();
      const url = 'https://127.0.0.1:1';
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const ended = diagnosis(url, { origin: url, socket });
      setImmediate(() => socket.destroy(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })));
      // Nothing that is waited for keeps the process any longer.
      await ended;
      expect(vi.getTimerCount()).toBe(0);
      expect(await ended).toMatchObject({ reason: 'here refused the connection', arrival: 'no' });
    });

    test('where it is hung up on before it stands', async () => {
      const socket = connecting();
      const url = 'https://127.0.0.1:1';
      const ended = diagnosis(url, { origin: url, socket });
      setImmediate(() => socket.destroy());
      expect(await ended).toMatchObject({ arrival: 'no', retry: 'long' });
    });

    test('where it does not come to stand in time', async () => {
      const socket = connecting();
      const url = 'https://127.0.0.1:1';
      expect(await diagnosis(url, { origin: url, socket }, 1)).toMatchObject({
        reason: 'here did not accept the connection in time',
        arrival: 'no',
      });
    });
  });
});
