import { once } from 'node:events';
import { request as forward } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Certificate, makeCertificate } from '../support/certificate.ts';
import { openForwardProxy } from './harness/forward-proxy.ts';
import { openShop, type Shop } from './harness/shop.ts';

const create = { 'if-exists': 'create' };

test.concurrent.each(['http_proxy', 'HTTP_PROXY', 'https_proxy', 'all_proxy'])(
  'this machine itself is reached without the proxy that %s names, which would see the token',
  async (variable) => {
    await using shop = await openShop();
    await using proxy = await openForwardProxy();
    const step = await shop.run({}, { env: { [variable]: `http://${proxy.host}` } });

    expect(step.errors).toEqual([]);
    expect(step.outputs['outcome']).toBe('created');
    expect(proxy.asked).toEqual([]);
  },
);

describe('over https', () => {
  let certificate: Certificate;

  beforeAll(() => {
    certificate = makeCertificate();
  });

  afterAll(() => certificate[Symbol.dispose]());

  interface SecureShop extends Shop {
    /** Of the API behind TLS, by this machine's address, and by a name that only a proxy can reach. */
    readonly here: string;
    readonly outside: string;
    /** How many connections were made to it. */
    connections(): number;
    /** Hangs up on the next ones. */
    hangUp(times: number): void;
  }

  async function openSecure(): Promise<SecureShop> {
    const shop = await openShop();
    let connections = 0;
    let hangUps = 0;
    const server = createServer({ cert: certificate.cert, key: certificate.key }, (incoming, response) => {
      const { method, url = '', headers } = incoming;
      const outgoing = forward(`${shop.emulator.origin}${url}`, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      incoming.pipe(outgoing);
    });
    server.on('connection', (socket) => {
      connections++;
      if (hangUps-- > 0) socket.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return {
      ...shop,
      here: `https://127.0.0.1:${port}/api`,
      outside: `https://cloud.example:${port}/api`,
      connections: () => connections,
      hangUp: (times) => {
        hangUps = times;
      },
      async [Symbol.asyncDispose]() {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
        await shop[Symbol.asyncDispose]();
      },
    };
  }

  const trusting = (env: Record<string, string> = {}) => ({
    env: { NODE_EXTRA_CA_CERTS: certificate.file, ...env },
  });

  test.concurrent('requests that follow one another share one connection', async () => {
    await using shop = await openSecure();
    const step = await shop.run({ environment: 'main', 'api-url': shop.here }, trusting());

    expect(step.outputs['outcome']).toBe('created');
    expect(shop.requests().length).toBeGreaterThan(3);
    expect(shop.connections()).toBe(1);
  });

  test.concurrent('a server that hangs up on the first connection is connected to again', async () => {
    await using shop = await openSecure();
    shop.hangUp(1);
    const step = await shop.run({ 'api-url': shop.here }, trusting());

    expect(step.errors).toEqual([]);
    expect(step.log).toMatch(/the connection to 127\.0\.0\.1:\d+ could not be made \(ECONNRESET\)/);
    expect(shop.ids()).toHaveLength(1);
    expect(shop.connections()).toBe(2);
  });

  test.concurrent('so they do behind a proxy, in one tunnel', async () => {
    await using shop = await openSecure();
    await using proxy = await openForwardProxy();
    const env = trusting({ https_proxy: `http://${proxy.host}` });
    const step = await shop.run({ environment: 'main', 'api-url': shop.outside }, env);

    expect(step.outputs['outcome']).toBe('created');
    expect(proxy.asked).toEqual([`CONNECT ${new URL(shop.outside).host}`]);
  });

  test.concurrent('a proxy gets its user and password, which show nowhere', async () => {
    await using shop = await openSecure();
    await using proxy = await openForwardProxy();
    const env = trusting({ https_proxy: `http://me:Hunter2%21@${proxy.host}` });
    const step = await shop.run({ ...create, 'api-url': shop.outside }, env);

    expect(step.errors).toEqual([]);
    expect(proxy.credentials[0]).toBe(`Basic ${Buffer.from('me:Hunter2!').toString('base64')}`);
    expect(step.stdout + step.summary).not.toContain('Hunter2');
  });

  test.concurrent.each<[string, Record<string, string>]>([
    ['without a token', { token: '' }],
    ['with an address that is refused', { 'api-url': 'https://me:secret@HERE/api' }],
    ['with another address that is refused', { 'api-url': 'https://HERE/api?x=1' }],
  ])('%s not even a connection is opened', async (_, inputs) => {
    await using shop = await openSecure();
    const address = (inputs['api-url'] ?? shop.here).replace('HERE', new URL(shop.here).host);
    const step = await shop.run({ ...create, ...inputs, 'api-url': address }, trusting());

    expect(step.exitCode).toBe(1);
    expect(shop.connections()).toBe(0);
  });
});
