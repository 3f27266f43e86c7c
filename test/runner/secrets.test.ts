import { expect, test, vi } from 'vitest';
import { code, html } from '../../src/runner/html.ts';
import { Secrets } from '../../src/runner/secrets.ts';

vi.spyOn(process.stdout, 'write').mockImplementation(() => true);

function secretsOf(token: string): Secrets {
  const secrets = new Secrets();
  secrets.add(token);
  return secrets;
}

const token = '12|abcde/fghijABCDEFGHIJ"&0123456789';

test.each([
  ['as it is', token],
  ['in JSON', JSON.stringify({ token })],
  ['in JSON by PHP', JSON.stringify({ token }).replaceAll('/', '\\/')],
  ['in a whole address that was escaped', encodeURI(`https://cloud.example/?token=${token}`)],
  ['in an address in lower case', encodeURIComponent(token).replace(/%../g, (byte) => byte.toLowerCase())],
  ['in an address', `https://cloud.example/?token=${encodeURIComponent(token)}`],
  ['in markup', html`<p>${token}</p>`.markup],
  ['without its id', token.slice(3)],
  ['in JSON in markup', code(JSON.stringify({ token })).markup],
])('a token %s is redacted to its last character', (_, text) => {
  const clean = secretsOf(token).redact(text);
  expect(clean).toContain('***');
  expect(clean).not.toMatch(/abc|6789/);
});

test.each(['base64', 'base64url'] as const)(
  'a token in %s is redacted, whatever is before it',
  (alphabet) => {
    for (const before of ['', 'a', 'ab', 'abc', 'x-access-token:']) {
      const text = Buffer.from(`${before}${token}?>~`).toString(alphabet);
      const clean = secretsOf(token).redact(`Basic ${text} it was`);
      expect(clean).toMatch(/^Basic .{0,22}\*\*\*.{0,8} it was$/);
      expect(Buffer.from(clean.replace(/^Basic |\*.*$/g, ''), alphabet).toString()).not.toContain('12|');
    }
  },
);

test('a token with half a character in it can be registered', () => {
  expect(() => secretsOf('abcdef\ud83d')).not.toThrow();
});

test('what a cut leaves of a long token is redacted', () => {
  const long = `eyJ${'aB3_-'.repeat(440)}`;
  const secrets = secretsOf(long);
  expect(secrets.redact(`it said: ${long.slice(0, 500)}, and ${long.slice(0, 20)}… again`)).toBe(
    'it said: ***, and ***… again',
  );
});

test('a text that only shares a few characters with a token stays', () => {
  expect(secretsOf('laravel-token-0123456789').redact('laravel-token')).toBe('laravel-token');
  const commit = '0123456789abcdef0123456789abcdef01234567';
  expect(secretsOf('test-token-0123456789abcdef').redact(commit)).toBe(commit);
});

test.each([
  ['its end', token.slice(8)],
  ['its middle', token.slice(5, 25)],
  ['its lines', token.replace(/.{17}/g, '$&\n')],
  ['lines of its base64', Buffer.from(`Secret: ${token}`).toString('base64').replace(/.{20}/g, '$&\r\n')],
  ['itself with a capital letter', `A${token.slice(4)}`],
])('of a token, no 20 characters in a row are left if a server sends %s', (_, text) => {
  const clean = secretsOf(token).redact(`it said: ${text}.`);
  expect(clean).toMatch(/^it said: .*\*\*\*.*\.$/s);
  for (const form of [token, Buffer.from(`ab${token}`).toString('base64').slice(3, -2)])
    for (let start = 0; start + 20 <= form.length; start++)
      expect(clean).not.toContain(form.slice(start, start + 20));
});
