import { once } from 'node:events';
import { createServer, type Server, Socket } from 'node:net';
import { createServer as createSecureServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { connectEarly, type EarlyConnection } from '../src/early-connection.ts';
import { type Certificate, makeCertificate } from './support/certificate.ts';
import { diagnosisOf, listen, send, transportTo } from './support/sockets.ts';
import { failureOf } from './support/test-client.ts';

/** Takes connections as a host of https would. */
async function host(server: Server = createServer()) {
  const { origin, sockets } = await listen(server);
  server.on('connection', (socket: Socket) => socket.resume());
  return { url: new URL(`https://${origin.host}/api`), server, sockets };
}

/** Stops the timers until the test ends. */
function stopTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

/** A socket whose connection does not come to stand. */
function connecting(): Socket {
  return Object.assign(new Socket(), { connecting: true }).on('error', () => undefined);
}

/** As the entry of an action does it, which has a token. The connection ends with the test. */
async function begin(address: string | URL, environment: NodeJS.ProcessEnv = {}) {
  const token = { INPUT_TOKEN: 'the-token' };
  const apiUrl = String(address);
  const first = await connectEarly({ apiUrl, tokenVariables: ['CLOUD_TOKEN'] }, { ...token, ...environment });
  onTestFinished(() => void first?.socket.destroy());
  return first;
}

describe('a connection is begun', () => {
  test('to the host of the input api-url, and nothing is sent on it', async () => {
    const { url, server, sockets } = await host();
    const arrived = once(server, 'connection');
    const first = await begin('https://cloud.example', { 'INPUT_API-URL': ` ${url} ` });
    expect(first?.origin).toBe(url.origin);
    const [socket] = await arrived;
    first?.socket.end();
    await once(socket, 'close');
    expect(sockets[0]?.bytesRead).toBe(0);
  });

  test.each([{ 'INPUT_API-URL': '' }, { 'INPUT_API-URL': ' ' }, {}])(
    'to the usual host, where the input is empty: %j',
    async (environment) => {
      const { url, server } = await host();
      const arrived = once(server, 'connection');
      await begin(url, environment);
      await arrived;
    },
  );

  test('also to an address of the newer kind', async () => {
    const first = await begin('https://[::1]:1');
    await expect.poll(() => first?.socket.errored).toMatchObject({ syscall: 'connect', address: '::1' });
  });

  test('and that nobody listens there is no error yet', async () => {
    const { url, server } = await host();
    server.close();
    await once(server, 'close');
    const first = await begin(url);
    expect(first).toBeDefined();
    await expect.poll(() => first?.socket.destroyed).toBe(true);
  });

  test.each(['127.0.0.1', 'nowhere.invalid'])(
    'and no time is lost, even without such a host: %s',
    async (host) => {
      stopTimers();
      expect(await begin(`https://${host}:1`)).toBeDefined();
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  test('with the token of an environment variable, too', async () => {
    const { url } = await host();
    expect(await begin(url, { INPUT_TOKEN: ' ', CLOUD_TOKEN: 'x' })).toBeDefined();
  });

  test.each([
    ['over http', 'http://127.0.0.1:1', {}],
    ['to what is no address', 'cloud', {}],
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

  const response = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';

  /** A host with the certificate, which does this at each request. */
  const secureHost = (onRequest: (socket: Socket) => unknown = () => undefined) =>
    host(
      createSecureServer({ cert: certificate.cert, key: certificate.key }, (socket) => {
        socket.on('error', () => undefined).on('data', () => onRequest(socket));
      }),
    );

  function trustCertificate(): void {
    const usual = getCACertificates('default');
    setDefaultCACertificates([...usual, certificate.cert.toString()]);
    onTestFinished(() => setDefaultCACertificates(usual));
  }

  const diagnosis = (url: URL, first: EarlyConnection | undefined, connectTimeout = 5_000) =>
    diagnosisOf(send(transportTo(url, { first, connectTimeout }), url, { method: 'POST', body: '{}' }));

  test('goes on with it: the first byte on it is that of the handshake', async () => {
    const { url, sockets } = await host();
    const first = await begin(url);
    const giveUp = new AbortController();
    const ended = failureOf(send(transportTo(url, { first }), url, { signal: giveUp.signal }));
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
    const { url, sockets } = await secureHost((socket) => socket.write(response));
    const first = await begin(url);
    if (waits) await expect.poll(() => first?.socket.connecting).toBe(false);
    stopTimers();
    const transport = transportTo(url, { first, connectTimeout: 1_000 });
    expect(await send(transport, url)).toMatchObject({ status: 200, body: '{}' });
    // The time in which it had to stand is over, and does not matter any more.
    vi.advanceTimersByTime(2_000);
    expect(await send(transport, url)).toMatchObject({ status: 200 });
    expect(sockets).toHaveLength(1);
  });

  test('finds out that its certificate is not trusted', async () => {
    const { url } = await secureHost();
    expect(await diagnosis(url, await begin(url))).toMatchObject({
      reason: expect.stringContaining('not know (DEPTH_ZERO_SELF_SIGNED_CERT)'),
      arrival: 'no',
      retry: 'no',
    });
  });

  test('makes one of its own where that one is gone already', async () => {
    const { url, sockets } = await host();
    const first = await begin(url);
    first?.socket.destroy();
    sockets.length = 0;
    const ended = diagnosis(url, first);
    await expect.poll(() => sockets.at(-1)?.bytesRead).toBeGreaterThan(0);
    sockets.at(-1)?.destroy();
    await ended;
  });

  test('uses none that leads elsewhere', async () => {
    const elsewhere = await host();
    const { url, sockets } = await host();
    const first = await begin(elsewhere.url);
    const ended = diagnosis(url, first);
    await expect.poll(() => sockets[0]?.bytesRead).toBeGreaterThan(0);
    sockets[0]?.destroy();
    await ended;
    expect(elsewhere.sockets[0]?.bytesRead ?? 0).toBe(0);
  });

  describe('says that nothing has arrived', () => {
    test('where the server hangs up before TLS stands', async () => {
      const { url, server } = await host();
      server.on('connection', (socket: Socket) => socket.once('data', () => socket.destroy()));
      for (const first of [await begin(url), undefined])
        expect(await diagnosis(url, first)).toMatchObject({
          reason: 'cloud.example could not be reached (ECONNRESET)',
          arrival: 'no',
          retry: 'long',
        });
    });

    const url = new URL('https://127.0.0.1:1');
    const { origin } = url;

    test('where the connection is refused in the end', async () => {
      const socket = connecting();
      stopTimers();
      const ended = diagnosis(url, { origin, socket });
      setImmediate(() => socket.destroy(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })));
      // Nothing that is waited for keeps the process any longer.
      await ended;
      expect(vi.getTimerCount()).toBe(0);
      expect(await ended).toMatchObject({ reason: 'cloud.example refused the connection', arrival: 'no' });
    });

    test('where it is hung up on before it stands, or does not stand in time', async () => {
      const socket = connecting();
      setImmediate(() => socket.destroy());
      expect(await diagnosis(url, { origin, socket })).toMatchObject({ arrival: 'no', retry: 'long' });
      expect(await diagnosis(url, { origin, socket: connecting() }, 1)).toMatchObject({
        ...{ reason: 'cloud.example did not accept the connection in time', arrival: 'no' },
      });
    });
  });
});
