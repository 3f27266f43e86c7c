import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Certificate, makeCertificate } from '../support/certificate.ts';
import { openWay, type Way } from '../support/way.ts';
import { openForwardProxy } from './harness/forward-proxy.ts';
import { openShop, type Shop } from './harness/shop.ts';

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

  /** A shop behind TLS, by this machine's address, and by a name that only a proxy can reach. */
  async function openSecure(): Promise<Shop & { way: Way; here: string; outside: string }> {
    const shop = await openShop();
    const way = await openWay(shop.emulator.origin, 0, certificate);
    const here = `${way.origin}/api`;
    return {
      ...shop,
      way,
      here,
      outside: here.replace('127.0.0.1', 'cloud.example'),
      async [Symbol.asyncDispose]() {
        await way[Symbol.asyncDispose]();
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
    expect(shop.way.connections()).toBe(1);
  });

  test.concurrent('a server that hangs up on the first connection is connected to again', async () => {
    await using shop = await openSecure();
    shop.way.hangUp(1);
    const step = await shop.run({ 'api-url': shop.here }, trusting());

    expect(step.errors).toEqual([]);
    expect(step.log).toMatch(/127\.0\.0\.1:\d+ could not be reached \(ECONNRESET\)/);
    expect(shop.ids()).toHaveLength(1);
    expect(shop.way.connections()).toBe(2);
  });

  test.concurrent('behind a proxy they share one tunnel, and its user and password show nowhere', async () => {
    await using shop = await openSecure();
    await using proxy = await openForwardProxy();
    const env = trusting({ https_proxy: `http://me:Hunter2%21@${proxy.host}` });
    const step = await shop.run({ environment: 'main', 'api-url': shop.outside }, env);

    expect(step.outputs['outcome']).toBe('created');
    expect(proxy.asked).toEqual([`CONNECT ${new URL(shop.outside).host}`]);
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
    const step = await shop.run({ 'if-exists': 'create', ...inputs, 'api-url': address }, trusting());

    expect(step.exitCode).toBe(1);
    expect(shop.way.connections()).toBe(0);
  });
});
