import { expect, test } from 'vitest';
import { path } from '../../src/http/client.ts';

test('a value becomes one encoded segment, whatever is in it', () => {
  expect(path`/instances/${'a/b?c#d%e f'}/background-processes`).toBe(
    '/instances/a%2Fb%3Fc%23d%25e%20f/background-processes',
  );
});

test('numbers and several values stand where they were put', () => {
  expect(path`/orgs/${'acme'}/servers/${7}`).toBe('/orgs/acme/servers/7');
});

test.each(['', '.', '..'])('"%s" is refused, since servers would leave the path with it', (segment) => {
  expect(() => path`/instances/${segment}`).toThrow(
    `The request’s address: "${segment}" cannot be an id or a name. Check the ids in the inputs.`,
  );
});

test('dots within a name are fine', () => {
  expect(path`/sites/${'...'}/${'.env'}/${'a..b'}`).toBe('/sites/.../.env/a..b');
});
