import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import net, { createServer as createSocketServer, type Socket } from 'node:net';
import tls from 'node:tls';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openClient } from '../../src/http/client.ts';
import { TooLarge, TransportClosed } from '../../src/http/failure.ts';
import type { TransportOptions } from '../../src/http/transport.ts';
import { Deadline, systemClock } from '../../src/time.ts';
import { diagnosisOf, listen, send, transportTo } from '../support/sockets.ts';
import { failureOf, hints } from '../support/test-client.ts';

const serve = (listener: RequestListener) => listen(createServer(listener));

/** A server that does with each connection what it is told. */
const serveSockets = (onConnection: (socket: Socket) => void) => listen(createSocketServer(onConnection));

/** This machine under an address that does not count as loopback. */
function everyAddress(origin: URL): URL {
  return Object.assign(new URL(origin), { hostname: '0.0.0.0' });
}

async function get(origin: URL, options?: Partial<TransportOptions>) {
  return await send(transportTo(origin, options), new URL('/api', origin));
}

async function refusedPort(): Promise<URL> {
  const server = createSocketServer();
  const { origin } = await listen(server);
  server.close();
  await once(server, 'close');
  return origin;
}

/** Gives a request up, for the reason "enough". */
function givingUp() {
  const stop = new AbortController();
  return { signal: stop.signal, giveUp: () => stop.abort(new Error('enough')) };
}

describe('an exchange', () => {
  test('brings status, headers and body back, a repeated header as one', async () => {
    const { origin } = await serve((_, response) => {
      response.writeHead(201, { 'X-Rate': '7', 'X-Many': ['a', 'b'] }).end('{"data":"ü"}');
    });
    const answer = await get(origin);
    expect(answer).toMatchObject({ status: 201, body: '{"data":"ü"}' });
    expect(answer.headers).toMatchObject({ 'x-rate': '7', 'x-many': 'a, b' });
  });

  test('puts a character together again that arrives in two pieces', async () => {
    const { origin } = await serve((_, response) => {
      response.write(Buffer.from([0xc3]), () => setImmediate(() => response.end(Buffer.from([0xbc]))));
    });
    expect((await get(origin)).body).toBe('ü');
  });

  test.each([
    ['X-GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('reads what is compressed with %s, though nobody asked for it', async (encoding, compress) => {
    const { origin } = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(compress('{"data":"ü"}'));
    });
    const answer = await get(origin);
    expect(answer).toMatchObject({ status: 200, body: '{"data":"ü"}' });
    expect(answer.headers).not.toHaveProperty('content-encoding');
  });

  test.each(['zstd', 'gzip'])('gives back what cannot be unpacked as %s', async (encoding) => {
    const { origin } = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end('?');
    });
    expect(await get(origin)).toMatchObject({ body: '?', headers: { 'content-encoding': encoding } });
  });

  test('ends when the answer is there, also if the server has not read the whole body', async () => {
    const { origin } = await serveSockets((socket) => {
      socket.pause().write('HTTP/1.1 422 Unprocessable Content\r\ncontent-length: 2\r\n\r\n{}');
    });
    const body = 'x'.repeat(8_000_000);
    expect(await send(transportTo(origin), origin, { method: 'POST', body })).toMatchObject({ status: 422 });
  });
});

describe('connections', () => {
  async function oneAfterTheOther(origin: URL, transport = transportTo(origin)): Promise<void> {
    for (let n = 0; n < 9; n++) await send(transport, origin);
  }

  test('are one for requests that follow one another, behind a proxy too', async () => {
    for (const isBehindProxy of [false, true]) {
      const { origin, sockets } = await serve((_, response) => response.end('{}'));
      const url = isBehindProxy ? new URL('http://cloud.example') : origin;
      await oneAfterTheOther(url, transportTo(url, { environment: { http_proxy: origin.host } }));
      expect(sockets).toHaveLength(1);
    }
  });

  test('are not reused if the server closes them right after its answer, without a word', async () => {
    const { origin, sockets } = await serveSockets((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'));
    });
    const transport = transportTo(origin);
    await Promise.all([oneAfterTheOther(origin, transport), oneAfterTheOther(origin, transport)]);
    expect(sockets).toHaveLength(18);
  });

  test('are one for each of the requests side by side, and serve the next ones as well', async () => {
    const { origin, sockets } = await serve((_, response) => response.end('{}'));
    const transport = transportTo(origin);
    for (let n = 0; n < 2; n++) await Promise.all([send(transport, origin), send(transport, origin)]);
    expect(sockets).toHaveLength(2);
  });
});

test.each([
  ['http://[::1]:1', { host: '::1', port: 1 }],
  ['https://[::1]:1', { host: '::1', servername: '', ALPNProtocols: ['http/1.1'] }],
  ['https://localhost:1', { host: 'localhost', servername: 'localhost' }],
])(
  'for %s, each family of addresses has half of the time to connect, as a host far away needs',
  async (origin, options) => {
    const [inPlain, withTls] = [vi.spyOn(net, 'connect'), vi.spyOn(tls, 'connect')];
    onTestFinished(() => void vi.restoreAllMocks());
    await failureOf(get(new URL(origin), { connectTimeout: 8_000 }));
    const [call] = [...inPlain.mock.calls, ...withTls.mock.calls];
    expect(call).toMatchObject([{ ...options, autoSelectFamilyAttemptTimeout: 4_000 }]);
  },
);

describe('the size of an answer', () => {
  test('may be all that is allowed, and not a byte more', async () => {
    const { origin } = await serve((_, response) => response.end('x'.repeat(1_000)));
    expect((await get(origin)).body).toHaveLength(1_000);
    const error = await failureOf(get(origin, { maxBytes: 999 }));
    expect(error).toBeInstanceOf(TooLarge);
    expect(error).toHaveProperty('message', 'the response is larger than 999 bytes');
  });

  test('is counted after it was unpacked, too', async () => {
    const { origin } = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(1_001)));
    });
    expect(await failureOf(get(origin))).toBeInstanceOf(TooLarge);
  });

  test('is counted over all its pieces, and one without end is hung up on', async () => {
    let closed: Promise<unknown> | undefined;
    const { origin } = await serve((_, response) => {
      closed = once(response, 'close');
      const more = (): void => {
        if (!response.destroyed) response.write('x'.repeat(300), () => setImmediate(more));
      };
      more();
    });
    expect(await failureOf(get(origin))).toBeInstanceOf(TooLarge);
    await closed;
  });
});

describe('an exchange that fails', () => {
  test('since the connection is refused, did not arrive', async () => {
    const reason = 'cloud.example refused the connection';
    expect(await diagnosisOf(get(await refusedPort()))).toMatchObject({
      reason,
      arrival: 'no',
      retry: 'long',
    });
  });

  test.each<[string, (socket: Socket) => unknown]>([
    ['the connection is reset', (socket) => socket.resetAndDestroy()],
    ['the server hangs up without an answer', (socket) => socket.end()],
    [
      'the body is shorter than announced',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"data":'),
    ],
    ['the answer is no HTTP', (socket) => socket.end('SSH-2.0-OpenSSH\r\n')],
    [
      'the server switches to another protocol',
      (socket) =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    ],
  ])('since %s, may have arrived', async (_, answer) => {
    const { origin } = await serveSockets((socket) => socket.once('data', () => answer(socket)));
    expect(await diagnosisOf(get(origin))).toMatchObject({
      reason: expect.stringMatching(/broke off \([A-Z_]+\)$/),
      ...{ arrival: 'maybe', retry: 'long' },
    });
  });

  test('since it is given up, ends with the reason, and hangs up', async () => {
    const { signal, giveUp } = givingUp();
    let closed: Promise<unknown> | undefined;
    const { origin } = await serveSockets((socket) => {
      closed = once(socket, 'close');
      socket.once('data', giveUp);
    });
    await expect(send(transportTo(origin), origin, { signal })).rejects.toThrow('enough');
    await closed;
  });

  test('since it was given up before it was sent, reaches nobody', async () => {
    const { origin, sockets } = await serve((_, response) => response.end('{}'));
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(send(transportTo(origin), origin, { method: 'POST', signal })).rejects.toThrow('enough');
    expect(sockets).toEqual([]);
  });

  test('since it is given up while the connection is being made, did not arrive; the connection ends with the transport', async () => {
    const { signal, giveUp } = givingUp();
    let closed: Promise<unknown> | undefined;
    const { origin } = await serveSockets((socket) => {
      closed = once(socket, 'close');
      // The handshake is never answered.
      socket.once('data', giveUp);
    });
    const secure = new URL(`https://${origin.host}`);
    const transport = transportTo(secure, { connectTimeout: 600_000 });
    expect(await diagnosisOf(send(transport, secure, { signal }), 1)).toMatchObject({
      ...{ reason: 'cloud.example did not accept the connection in time', arrival: 'no', retry: 'long' },
    });
    transport.close();
    await closed;
  });
});

test('closing hangs up, also on a request in flight', async () => {
  let closed: Promise<unknown> | undefined;
  const { origin } = await serveSockets((socket) => {
    closed = once(socket, 'close');
    socket.once('data', () => transport.close());
  });
  const transport = transportTo(origin);
  expect(await failureOf(send(transport, origin))).toBeInstanceOf(TransportClosed);
  await closed;
});

describe('a proxy', () => {
  /** A proxy that answers plain requests itself, and tunnels with `status`. */
  async function proxy(status = 403) {
    const asked: { request: string; authorization: string | undefined; all: string }[] = [];
    const keep = ({ method, url, headers, rawHeaders }: IncomingMessage): void => {
      const authorization = headers['proxy-authorization'];
      asked.push({ request: `${method} ${url}`, authorization, all: JSON.stringify(rawHeaders) });
    };
    const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
      keep(request);
      response.writeHead(status === 407 ? 407 : 200).end('{"by":"proxy"}');
    });
    server.on('connect', (request: IncomingMessage, socket: Socket) => {
      keep(request);
      socket.on('end', () => socket.end()).resume();
      socket.write(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
    });
    const { origin, sockets } = await listen(server);
    return { asked, address: origin.host, sockets };
  }

  const plain = new URL('http://cloud.example');
  const secure = new URL('https://cloud.example');
  const through = (https_proxy: string, connectTimeout = 5_000) =>
    diagnosisOf(get(secure, { environment: { https_proxy }, connectTimeout }));

  test.each([
    ['', undefined],
    ['me:pw@', 'Basic bWU6cHc='],
  ])('carries plain requests, with the password in its address: "%s"', async (password, authorization) => {
    const { asked, address } = await proxy();
    const { body } = await get(plain, { environment: { http_proxy: `http://${password}${address}` } });
    expect(body).toBe('{"by":"proxy"}');
    const all = expect.stringContaining('"cloud.example"');
    expect(asked).toEqual([{ request: 'GET http://cloud.example/api', authorization, all }]);
  });

  test('is asked for a tunnel to an https host, without the token, with its password as curl would send it', async () => {
    const { asked, address } = await proxy();
    const transport = transportTo(secure, { environment: { https_proxy: `me:ü%@${address}` } });
    const headers = { authorization: 'Bearer the-token' };
    expect(await diagnosisOf(send(transport, secure, { method: 'POST', headers, body: '{}' }))).toMatchObject(
      {
        ...{ reason: 'the proxy refused with status 403', arrival: 'no', retry: 'no' },
      },
    );
    expect(asked[0]?.request).toBe('CONNECT cloud.example:443');
    expect(asked[0]?.authorization).toBe(`Basic ${Buffer.from('me:ü%').toString('base64')}`);
    expect(asked[0]?.all).not.toContain('the-token');
  });

  test('that never answers is named, also where a request may take little time', async () => {
    const { origin } = await serveSockets(() => undefined);
    const { signal } = new AbortController();
    const { client, transport } = openClient({
      ...{ baseUrl: secure, token: 'the-token', hints, environment: { https_proxy: origin.href } },
      ...{
        requestTimeout: 500,
        deadline: new Deadline(systemClock, 700),
        clock: systemClock,
        random: () => 1,
      },
      ...{ cancelled: signal, cutOff: signal, onRetry: () => undefined, onExchange: () => undefined },
    });
    onTestFinished(() => transport.close());
    const failure = await failureOf(client.send({ method: 'GET', path: '/x', what: 'It' }));
    expect(String(failure)).toContain(`the proxy ${origin.host} (from https_proxy) did not accept`);
  });

  test('that wants credentials is told apart, for a tunnel and for plain requests, and hung up on', async () => {
    const { address, sockets } = await proxy(407);
    const environment = { https_proxy: address, http_proxy: address };
    const refused = { reason: 'the proxy refused with status 407', arrival: 'no', retry: 'no' };
    for (const origin of [secure, plain])
      expect(await diagnosisOf(get(origin, { environment }))).toMatchObject(refused);
    await expect.poll(() => sockets.map(({ destroyed }) => destroyed)).toEqual([true, true]);
  });

  test('that is not there is named, with its variable and without its password, and not asked again', async () => {
    const { host } = await refusedPort();
    const failure = await through(`http://me:secret@${host}`);
    expect(failure).toMatchObject({
      reason: `the proxy ${host} (from https_proxy) refused the connection`,
      fix: 'Check its address, or unset the variable if this runner needs no proxy',
      arrival: 'no',
      retry: 'no',
    });
    expect(failure.message).not.toContain('secret');
  });

  test('that takes the connection and never answers is given up, and may be asked again', async () => {
    const { origin } = await serveSockets(() => undefined);
    const reason = `the proxy ${origin.host} (from https_proxy) did not accept the connection in time`;
    expect(await through(origin.href, 50)).toMatchObject({ reason, arrival: 'no', retry: 'short' });
  });

  test('that hangs up on the request for a tunnel may be asked again', async () => {
    const { origin } = await serveSockets((socket) => socket.once('data', () => socket.end()));
    const reason = 'the proxy closed the connection';
    expect(await through(origin.href)).toMatchObject({ reason, arrival: 'no', retry: 'long' });
  });

  test('is passed by for the hosts in no_proxy, and is that of the environment that is handed in', async () => {
    const { asked, address } = await proxy();
    const { origin } = await serve((_, response) => response.end('{"by":"server"}'));
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('http_proxy', address);
    const no_proxy = 'example.com,0.0.0.0';
    for (const environment of [{}, { http_proxy: address, no_proxy }])
      expect((await get(everyAddress(origin), { environment })).body).toBe('{"by":"server"}');
    expect(asked).toEqual([]);
    vi.stubEnv('no_proxy', '*');
    expect((await get(plain, { environment: { http_proxy: address } })).body).toBe('{"by":"proxy"}');
  });
});
