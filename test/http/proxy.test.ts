import { expect, test } from 'vitest';
import { isLoopback, proxyFor } from '../../src/http/proxy.ts';

const plain = new URL('http://cloud.example');
const secure = new URL('https://cloud.example');
const both = { https_proxy: 'https://p:1', http_proxy: 'http://q:2' };

test.each([
  [secure, both, 'https_proxy', 'https://p:1/'],
  [plain, both, 'http_proxy', 'http://q:2/'],
  [plain, { HTTP_PROXY: 'q:2' }, 'HTTP_PROXY', 'http://q:2/'],
  [plain, { http_proxy: 'q:2', HTTP_PROXY: 'r:3' }, 'http_proxy', 'http://q:2/'],
  [plain, { http_proxy: '', HTTP_PROXY: 'r:3' }, 'HTTP_PROXY', 'http://r:3/'],
])('%s, in the environment %j, is reached through the proxy of %s', (origin, environment, ...expected) => {
  const { variable, address } = proxyFor(origin, environment) ?? {};
  expect([variable, address?.href]).toEqual(expected);
});

test.each([
  [plain, { https_proxy: 'p:1', http_proxy: '', HTTP_PROXY: '' }],
  [secure, { http_proxy: 'p:1' }],
  [secure, { ...both, NO_PROXY: 'cloud.example' }],
])('%s, in the environment %j, is reached without a proxy', (origin, environment) => {
  expect(proxyFor(origin, environment)).toBeUndefined();
});

test.each(['127.0.0.1', '127.100.200.3', 'localhost', '[::1]'])(
  'no proxy is on the way to this machine itself, %s: it would see the token',
  (host) => {
    expect(proxyFor(new URL(`https://${host}`), both)).toBeUndefined();
  },
);

test.each(['128.0.0.1', '[::2]', '127.0.0.1.example', 'localhost.example'])('%s is elsewhere', (host) => {
  expect(isLoopback(new URL(`http://${host}`))).toBe(false);
});

test.each([
  ['cloud.example', true],
  ['.example', true],
  ['example', true],
  ['*.example', true],
  ['*', true],
  ['other.example, cloud.example', true],
  ['cloud.example:443', true],
  ['cloud.example.', true],
  ['cloud.example:80', false],
  ['*.cloud.example', false],
  ['loud.example', false],
  [',', false],
])('a proxy is passed by for https://cloud.example with no_proxy "%s": %s', (noProxy, isPassedBy) => {
  const environment = { https_proxy: 'http://proxy:3128', no_proxy: noProxy };
  expect(proxyFor(secure, environment) === undefined).toBe(isPassedBy);
});

test.each([
  ['http://[fd00::1]', '[fd00::1]', true],
  ['http://[fd00::1]', 'fd00::1', true],
  ['http://[fd00::1]:8080', '[fd00::1]:8080', true],
  ['http://[fd00::1]:8080', '[fd00::1]:80', false],
  ['http://cloud.example', 'cloud.example:80', true],
  ['http://cloud.example.', ',', false],
])('a proxy is passed by for %s with no_proxy "%s": %s', (origin, noProxy, isPassedBy) => {
  const environment = { http_proxy: 'http://proxy:3128', no_proxy: noProxy };
  expect(proxyFor(new URL(origin), environment) === undefined).toBe(isPassedBy);
});

test.each([
  ['100%', '100%'],
  ['pa%ss', 'pa%ss'],
  ['%zz', '%zz'],
  ['p%40s%2fs', 'p@s/s'],
  // As bytes of UTF-8, for the header.
  ['ü', 'Ã¼'],
])('user and password %s are read as curl reads them, and are no part of the address', (written, read) => {
  const found = proxyFor(secure, { https_proxy: `http://${written}:${written}@p:1` });
  expect([found?.user, found?.password, found?.address.href]).toEqual([read, read, 'http://p:1/']);
});

test.each([
  'http://me:a/b@proxy:3128',
  'http://me:12/b@proxy:3128',
  'http://me:12?b@proxy:3128',
  'http://me:12#b@proxy:3128',
  'ftp://proxy',
  'socks5h://user:secret@127.0.0.1:1',
])('a value that cannot be read is an error that names the variable, never the value: %s', (value) => {
  const read = () => proxyFor(secure, { https_proxy: value });
  expect(read).toThrow(/^The environment variable https_proxy does not hold .* write %40 for @/);
  expect(read).not.toThrow(value);
});
