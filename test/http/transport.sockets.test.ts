import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import net, {
  type AddressInfo,
  createServer as createSocketServer,
  type Socket,
  type Server as SocketServer,
} from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { TooLarge } from '../../src/http/failure.ts';
import { networkFailure } from '../../src/http/hints.ts';
import { openTransport, type Transport, type TransportOptions } from '../../src/http/transport.ts';
import { failureOf } from '../support/test-client.ts';

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** An HTTP server on a free port of this machine. */
async function serve(
  listener: RequestListener,
): Promise<{ origin: URL; server: Server; connections: () => number }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  let connections = 0;
  server.on('connection', () => connections++);
  await once(server, 'listening');
  open.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { origin: originOf(server), server, connections: () => connections };
}

/** A server that does with each connection what it is told. */
async function serveSockets(onConnection: (socket: Socket) => void): Promise<URL> {
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return originOf(server);
}

function originOf(server: Server | SocketServer): URL {
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

/** This machine under an address that does not count as loopback. */
function everyAddress(origin: URL): URL {
  return Object.assign(new URL(origin), { hostname: '0.0.0.0' });
}

async function transportTo(origin: URL, options: Partial<TransportOptions> = {}): Promise<Transport> {
  const transport = openTransport({
    origin,
    connectTimeout: 5_000,
    maxBytes: 1_000,
    environment: {},
    ...options,
  });
  open.push(async () => transport.close());
  return transport;
}

const patience = (): AbortSignal => AbortSignal.timeout(20_000);

async function get(origin: URL, options?: Partial<TransportOptions>, path = '/api') {
  const transport = await transportTo(origin, options);
  return await transport.send({ method: 'GET', url: new URL(path, origin), headers: {} }, patience());
}

async function refusedPort(): Promise<URL> {
  const server = createSocketServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = originOf(server);
  server.close();
  await once(server, 'close');
  return origin;
}

function failed(error: unknown, timedOutAfter?: number) {
  return networkFailure('It', error, { host: 'cloud.example', timedOutAfter });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

describe('an exchange', () => {
  test('carries method, path, query, headers and body to the server', async () => {
    const seen: unknown[] = [];
    const { origin } = await serve(async (request, response) => {
      seen.push({
        method: request.method,
        url: request.url,
        mine: request.headers['x-mine'],
        body: await bodyOf(request),
      });
      response.end();
    });
    const transport = await transportTo(origin);
    const url = new URL('/api/things?include=instance&filter%5Bname%5D=a', origin);
    await transport.send({ method: 'PATCH', url, headers: { 'x-mine': '1' }, body: '{"a":"ü"}' }, patience());
    await transport.send({ method: 'DELETE', url: new URL('/api', origin), headers: {} }, patience());
    expect(seen).toEqual([
      {
        method: 'PATCH',
        url: '/api/things?include=instance&filter%5Bname%5D=a',
        mine: '1',
        body: '{"a":"ü"}',
      },
      { method: 'DELETE', url: '/api', mine: undefined, body: '' },
    ]);
  });

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
      const [first, second] = [Buffer.from([0xc3]), Buffer.from([0xbc])];
      response.write(first, () => setImmediate(() => response.end(second)));
    });
    expect((await get(origin)).body).toBe('ü');
  });

  test.each([
    ['gzip', gzipSync],
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

  test('gives back what is compressed in a way that is not known', async () => {
    const { origin } = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'zstd' }).end('?');
    });
    expect(await get(origin)).toMatchObject({ body: '?', headers: { 'content-encoding': 'zstd' } });
  });

  test('ends when the answer is there, also if the server has not read the whole body', async () => {
    const origin = await serveSockets((socket) => {
      socket.pause().write('HTTP/1.1 422 Unprocessable Content\r\ncontent-length: 2\r\n\r\n{}');
    });
    const transport = await transportTo(origin);
    const body = 'x'.repeat(8_000_000);
    const answer = transport.send({ method: 'POST', url: origin, headers: {}, body }, patience());
    expect(await answer).toMatchObject({ status: 422, body: '{}' });
  });

  test('does not follow a redirect', async () => {
    const asked: (string | undefined)[] = [];
    const { origin } = await serve((request, response) => {
      asked.push(request.url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    const answer = await get(origin);
    expect(answer).toMatchObject({ status: 302, headers: { location: '/elsewhere' } });
    expect(asked).toEqual(['/api']);
  });
});

describe('connections', () => {
  async function oneAfterTheOther(origin: URL, options?: Partial<TransportOptions>): Promise<void> {
    const transport = await transportTo(origin, options);
    for (let n = 0; n < 9; n++) {
      await transport.send({ method: 'GET', url: origin, headers: {} }, patience());
    }
  }

  test('are one for requests that follow one another', async () => {
    const { origin, connections } = await serve((_, response) => response.end('{}'));
    await oneAfterTheOther(origin);
    expect(connections()).toBe(1);
  });

  test('are one behind a proxy, too', async () => {
    const { origin, connections } = await serve((_, response) => response.end('{}'));
    await oneAfterTheOther(new URL('http://cloud.example'), { environment: { http_proxy: origin.host } });
    expect(connections()).toBe(1);
  });

  test('are not reused if the server closes them right after its answer, without a word', async () => {
    let connections = 0;
    const origin = await serveSockets((socket) => {
      connections++;
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'));
    });
    await oneAfterTheOther(origin);
    expect(connections).toBe(9);
  });

  test('are one for each of the requests side by side, and serve the next ones as well', async () => {
    const { origin, connections } = await serve((_, response) => response.end('{}'));
    const transport = await transportTo(origin);
    const sideBySide = (): Promise<unknown> =>
      Promise.all(
        Array.from({ length: 2 }, () =>
          transport.send({ method: 'GET', url: origin, headers: {} }, patience()),
        ),
      );
    await sideBySide();
    await sideBySide();
    expect(connections()).toBe(2);
  });
});

test('each family of addresses of a host has half of the time to connect, as a host far away needs', async () => {
  const connect = vi.spyOn(net, 'connect');
  const { origin } = await serve((_, response) => response.end('{}'));
  await get(origin, { connectTimeout: 8_000 });
  expect(connect).toHaveBeenCalledWith(expect.objectContaining({ autoSelectFamilyAttemptTimeout: 4_000 }));
  connect.mockRestore();
});

describe('the size of an answer', () => {
  test('may be all that is allowed', async () => {
    const { origin } = await serve((_, response) => response.end('x'.repeat(1_000)));
    expect((await get(origin)).body).toHaveLength(1_000);
  });

  test('may not be a byte more', async () => {
    const { origin } = await serve((_, response) => response.end('x'.repeat(1_001)));
    const error = await failureOf(get(origin));
    expect(error).toBeInstanceOf(TooLarge);
    expect(error).toHaveProperty('message', 'the answer is larger than 1000 bytes');
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
  const notMade = {
    reason: 'cloud.example did not accept the connection in time',
    arrival: 'no',
    retry: 'long',
  };

  async function diagnosis(task: Promise<unknown>) {
    const { reason, arrival, retry } = failed(await failureOf(task));
    return { reason, arrival, retry };
  }

  test('since the connection is refused, did not arrive', async () => {
    expect(await diagnosis(get(await refusedPort()))).toEqual({
      reason: 'cloud.example refused the connection',
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
    const origin = await serveSockets((socket) => socket.once('data', () => answer(socket)));
    expect(await diagnosis(get(origin))).toMatchObject({ arrival: 'maybe', retry: 'long' });
  });

  test('since it is given up, ends with the reason, and hangs up', async () => {
    const giveUp = new AbortController();
    let closed: Promise<unknown> | undefined;
    const origin = await serveSockets((socket) => {
      closed = once(socket, 'close');
      socket.once('data', () => giveUp.abort(new Error('enough')));
    });
    const transport = await transportTo(origin);
    const error = await failureOf(transport.send({ method: 'GET', url: origin, headers: {} }, giveUp.signal));
    expect(error).toHaveProperty('message', 'enough');
    await closed;
  });

  test('since it was given up before it was sent, reaches nobody', async () => {
    const { origin, connections } = await serve((_, response) => response.end('{}'));
    const transport = await transportTo(origin);
    const over = AbortSignal.abort(new Error('enough'));
    const error = await failureOf(transport.send({ method: 'POST', url: origin, headers: {} }, over));
    expect(error).toHaveProperty('message', 'enough');
    expect(connections()).toBe(0);
  });

  test('since it is given up while the connection is being made, did not arrive; the connection ends with the transport', async () => {
    const giveUp = new AbortController();
    let closed: Promise<unknown> | undefined;
    const { port } = await serveSockets((socket) => {
      closed = once(socket, 'close');
      // The handshake is never answered.
      socket.once('data', () => giveUp.abort(new Error('enough')));
    });
    const secure = new URL(`https://127.0.0.1:${port}`);
    const transport = await transportTo(secure, { connectTimeout: 600_000 });
    const error = await failureOf(transport.send({ method: 'GET', url: secure, headers: {} }, giveUp.signal));
    expect(failed(error, 1)).toMatchObject(notMade);
    transport.close();
    await closed;
  });

  test('since it is given up in the middle of the body, ends as well', async () => {
    const giveUp = new AbortController();
    const { origin } = await serve((_, response) => {
      response.write('{"data":', () => giveUp.abort(new Error('enough')));
    });
    const transport = await transportTo(origin);
    await failureOf(transport.send({ method: 'GET', url: origin, headers: {} }, giveUp.signal));
  });
});

test('closing hangs up, also on a request in flight', async () => {
  let closed: Promise<unknown> | undefined;
  let arrived = (): void => undefined;
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const origin = await serveSockets((socket) => {
    closed = once(socket, 'close');
    socket.once('data', arrived);
  });
  const transport = await transportTo(origin);
  const ended = failureOf(transport.send({ method: 'GET', url: origin, headers: {} }, patience()));
  await arrival;
  transport.close();
  await ended;
  await closed;
});

describe('a proxy', () => {
  /** A proxy that answers plain requests itself, and tunnels with `status`. */
  async function proxy(status = 403) {
    const asked: { request: string; authorization: string | undefined; all: string }[] = [];
    const keep = (request: IncomingMessage): void => {
      asked.push({
        request: `${request.method} ${request.url}`,
        authorization: request.headers['proxy-authorization'],
        all: JSON.stringify(request.rawHeaders),
      });
    };
    const { origin, server } = await serve((request, response) => {
      keep(request);
      response.writeHead(status === 407 ? 407 : 200).end('{"by":"proxy"}');
    });
    server.on('connect', (request: IncomingMessage, socket: Socket) => {
      keep(request);
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
    });
    return { asked, address: origin.host };
  }

  const plain = new URL('http://cloud.example');
  const secure = new URL('https://cloud.example');

  test('carries plain requests', async () => {
    const { asked, address } = await proxy();
    const { body } = await get(plain, { environment: { http_proxy: `http://${address}` } });
    expect(body).toBe('{"by":"proxy"}');
    expect(asked.map(({ request }) => request)).toEqual(['GET http://cloud.example/api']);
  });

  test('is asked for a tunnel to an https host, without the token, with its password as curl would send it', async () => {
    const { asked, address } = await proxy();
    const transport = await transportTo(secure, { environment: { https_proxy: `me:ü%@${address}` } });
    const headers = { authorization: 'Bearer the-token' };
    const error = await failureOf(
      transport.send({ method: 'POST', url: secure, headers, body: '{}' }, patience()),
    );
    expect(failed(error)).toMatchObject({
      reason: 'the proxy refused with status 403',
      arrival: 'no',
      retry: 'no',
    });
    expect(asked[0]?.request).toBe('CONNECT cloud.example:443');
    expect(asked[0]?.authorization).toBe(`Basic ${Buffer.from('me:ü%').toString('base64')}`);
    expect(asked[0]?.all).not.toContain('the-token');
  });

  test('that opens a tunnel carries TLS to the host', async () => {
    const address = await serveSockets((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        // The first byte of a TLS handshake; no more is needed to see what goes through.
        socket.once('data', (hello) => socket.end(hello[0] === 0x16 ? 'no TLS' : ''));
      });
    });
    const error = await failureOf(get(secure, { environment: { https_proxy: address.href } }));
    expect(failed(error).reason).toMatch(/^cloud.example does not answer with TLS/);
  });

  test('that wants credentials is told apart, for a tunnel and for plain requests', async () => {
    const { address } = await proxy(407);
    const environment = { https_proxy: address, http_proxy: address };
    for (const origin of [secure, plain]) {
      const error = await failureOf(get(origin, { environment }));
      expect(failed(error)).toMatchObject({
        reason: 'the proxy refused with status 407',
        arrival: 'no',
        retry: 'no',
      });
    }
  });

  test('that is not there is named, with its variable, and not asked again', async () => {
    const { host } = await refusedPort();
    const error = await failureOf(get(secure, { environment: { HTTPS_PROXY: `http://me:secret@${host}` } }));
    expect(failed(error)).toMatchObject({
      reason: `the proxy ${host} (from HTTPS_PROXY) refused the connection`,
      fix: 'Check its address, or unset the variable if this runner needs no proxy',
      arrival: 'no',
      retry: 'no',
    });
    expect(failed(error).message).not.toContain('secret');
  });

  test('that is not there, without a scheme, is told with what to write', async () => {
    const { host } = await refusedPort();
    const error = await failureOf(get(secure, { environment: { https_proxy: `me:secret@${host}` } }));
    expect(failed(error).fix).toBe(`Write https_proxy with its scheme: http://${host}`);
  });

  test('that takes the connection and never answers is given up, and may be asked again', async () => {
    const address = await serveSockets(() => undefined);
    const options = { environment: { https_proxy: address.href }, connectTimeout: 50 };
    expect(failed(await failureOf(get(secure, options)))).toMatchObject({
      reason: `the proxy ${address.host} (from https_proxy) did not accept the connection in time`,
      arrival: 'no',
      retry: 'short',
    });
  });

  test('that hangs up on the request for a tunnel may be asked again', async () => {
    const address = await serveSockets((socket) => socket.once('data', () => socket.end()));
    expect(
      failed(await failureOf(get(secure, { environment: { https_proxy: address.href } }))),
    ).toMatchObject({
      reason: 'the proxy closed the connection',
      arrival: 'no',
      retry: 'long',
    });
  });

  test('is passed by for the hosts in no_proxy', async () => {
    const { asked, address } = await proxy();
    const { origin } = await serve((_, response) => response.end('{"by":"server"}'));
    const environment = { http_proxy: address, no_proxy: 'example.com,0.0.0.0' };
    expect((await get(everyAddress(origin), { environment })).body).toBe('{"by":"server"}');
    expect(asked).toEqual([]);
  });

  test('is that of the environment that is handed in, and not of this process', async () => {
    const { asked, address } = await proxy();
    const { origin } = await serve((_, response) => response.end('{"by":"server"}'));
    vi.stubEnv('http_proxy', address);
    vi.stubEnv('no_proxy', '*');
    try {
      expect((await get(everyAddress(origin))).body).toBe('{"by":"server"}');
      expect(asked).toEqual([]);
      expect((await get(plain, { environment: { http_proxy: address } })).body).toBe('{"by":"proxy"}');
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
