import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as forward } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openForwardProxy } from './harness/forward-proxy.ts';
import { openShop, type Shop } from './harness/shop.ts';

const create = { 'if-exists': 'create' };

describe.concurrent('a proxy for http', () => {
  test.each(['http_proxy', 'HTTP_PROXY'])('named by %s carries every request', async (variable) => {
    await using shop = await openShop();
    await using proxy = await openForwardProxy();
    const step = await shop.run({}, { env: { [variable]: `http://${proxy.host}` } });

    expect(step.errors).toEqual([]);
    expect(step.outputs['outcome']).toBe('created');
    expect(proxy.asked.length).toBeGreaterThan(0);
    expect(shop.ids()).toHaveLength(1);
  });

  test('may be named without a scheme', async () => {
    await using shop = await openShop();
    await using proxy = await openForwardProxy();
    const step = await shop.run(create, { env: { http_proxy: proxy.host } });

    expect(step.errors).toEqual([]);
    expect(proxy.asked.length).toBeGreaterThan(0);
  });

  test('gets its user and password, which show nowhere', async () => {
    await using shop = await openShop();
    await using proxy = await openForwardProxy();
    const step = await shop.run(create, { env: { http_proxy: `http://me:Hunter2%21@${proxy.host}` } });

    expect(step.errors).toEqual([]);
    expect(proxy.credentials[0]).toBe(`Basic ${Buffer.from('me:Hunter2!').toString('base64')}`);
    expect(step.stdout + step.summary).not.toContain('Hunter2');
  });

  test.each(['127.0.0.1', '*', 'example.com,127.0.0.1'])(
    'is passed by when no_proxy is %s',
    async (no_proxy) => {
      await using shop = await openShop();
      await using proxy = await openForwardProxy();
      const step = await shop.run(create, { env: { http_proxy: `http://${proxy.host}`, no_proxy } });

      expect(step.errors).toEqual([]);
      expect(proxy.asked).toEqual([]);
    },
  );

  test('is not used when only https has one', async () => {
    await using shop = await openShop();
    await using proxy = await openForwardProxy();
    const step = await shop.run(create, { env: { https_proxy: `http://${proxy.host}` } });

    expect(step.errors).toEqual([]);
    expect(proxy.asked).toEqual([]);
  });

  test('that wants a password is a clear error, and nothing is created', async () => {
    await using shop = await openShop();
    await using proxy = await openForwardProxy({ refuse: 407 });
    const step = await shop.run(create, { env: { http_proxy: `http://${proxy.host}` } });

    expect(step.exitCode).toBe(1);
    expect(step.errors[0]).toMatch(/407/);
    expect(step.errors[0]).toMatch(/credentials in https?_proxy/);
    expect(step.errors[0]).not.toContain('may exist');
    expect(shop.requests()).toEqual([]);
  });

  test('that is not there is a clear error', async () => {
    await using shop = await openShop();
    const proxy = await openForwardProxy();
    await proxy[Symbol.asyncDispose]();
    const step = await shop.run(create, { env: { http_proxy: `http://${proxy.host}` } });

    expect(step.exitCode).toBe(1);
    expect(step.errors[0]).toContain('the connection was refused');
    expect(step.errors[0]).toContain('proxy');
    expect(shop.requests()).toEqual([]);
  });

  test.each(['http://[', 'ftp://proxy.example'])(
    'whose address makes no sense is a clear error: %s',
    async (address) => {
      await using shop = await openShop();
      const step = await shop.run(create, { env: { http_proxy: address } });

      expect(step.exitCode).toBe(1);
      expect(step.errors[0]).toContain('http_proxy');
      expect(shop.requests()).toEqual([]);
    },
  );
});

describe('over https', () => {
  let folder: string;
  let certificate: string;
  let key: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tls-'));
    certificate = join(folder, 'certificate.pem');
    key = join(folder, 'key.pem');
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const kind = [
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ];
    execFileSync('openssl', ['req', ...kind, ...names, '-keyout', key, '-out', certificate], {
      stdio: 'ignore',
    });
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The shop's API behind TLS, with a certificate that no public authority has signed. */
  async function openSecure(shop: Shop): Promise<Server & { readonly url: string }> {
    const server = createServer(
      { cert: readFileSync(certificate), key: readFileSync(key) },
      (incoming, response) => {
        const { method, url = '', headers } = incoming;
        const outgoing = forward(`${shop.emulator.origin}${url}`, { method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        });
        incoming.pipe(outgoing);
      },
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return Object.assign(server, { url: `https://127.0.0.1:${port}/api` });
  }

  async function stop(server: Server): Promise<void> {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  test.concurrent('a private authority is trusted through NODE_EXTRA_CA_CERTS', async () => {
    await using shop = await openShop();
    const secure = await openSecure(shop);
    const env = { NODE_EXTRA_CA_CERTS: certificate };
    const step = await shop.run({ ...create, 'api-url': secure.url }, { env });
    await stop(secure);

    expect(step.errors).toEqual([]);
    expect(shop.ids()).toHaveLength(1);
  });

  test.concurrent('an authority that is not trusted is a clear error, at once', async () => {
    await using shop = await openShop();
    const secure = await openSecure(shop);
    const step = await shop.run({ ...create, 'api-url': secure.url });
    await stop(secure);

    expect(step.exitCode).toBe(1);
    expect(step.errors[0]).toContain('the TLS handshake failed (DEPTH_ZERO_SELF_SIGNED_CERT)');
    expect(step.errors[0]).toContain('NODE_EXTRA_CA_CERTS');
    expect(step.log).not.toContain('trying again');
    expect(shop.requests()).toEqual([]);
  });

  test.concurrent('a proxy is asked for a tunnel, in which it sees nothing', async () => {
    await using shop = await openShop();
    await using proxy = await openForwardProxy();
    const secure = await openSecure(shop);
    const env = { NODE_EXTRA_CA_CERTS: certificate, https_proxy: `http://${proxy.host}` };
    const step = await shop.run({ ...create, 'api-url': secure.url }, { env });
    await stop(secure);

    expect(step.errors).toEqual([]);
    expect(proxy.asked).toEqual([`CONNECT ${new URL(secure.url).host}`]);
    expect(shop.ids()).toHaveLength(1);
  });

  test.concurrent.each([403, 407])(
    'a proxy that refuses the tunnel with %d is a clear error',
    async (refuse) => {
      await using shop = await openShop();
      await using proxy = await openForwardProxy({ refuse });
      const secure = await openSecure(shop);
      const env = { NODE_EXTRA_CA_CERTS: certificate, https_proxy: `http://${proxy.host}` };
      const step = await shop.run({ ...create, 'api-url': secure.url }, { env });
      await stop(secure);

      expect(step.exitCode).toBe(1);
      expect(step.errors[0]).toContain(`the proxy refused with status ${refuse}`);
      expect(step.errors[0]).not.toContain('may exist');
      expect(proxy.asked).toHaveLength(1);
      expect(shop.requests()).toEqual([]);
    },
  );
});
