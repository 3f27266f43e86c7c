import { expect, test } from 'vitest';
import { parseCloudFile } from '../../src/cloud/fleet.ts';
import { maxManifestBytes } from '../../src/manifest/read.ts';

const workers = (connection: string) =>
  Array.from({ length: 2_400 }, (_, n) => `{ type: worker, config: { queue: q${n}${connection} } }`);

// With a time that grows with the square of the size, these take half a minute and more.
test.each([
  [
    'processes that override defaults',
    `defaults: { instances: { App: [${workers(', connection: r')}] } }
environments: { a: { instances: { App: [${workers('')}] } } }`,
  ],
  [
    'environments that merge with many defaults',
    `defaults: { instances: { App: [${Array.from({ length: 2_000 }, (_, n) => `{type: custom, command: a${' b'.repeat(30)} ${n}}`)}] } }
environments: { a: {}, ${Array.from({ length: 900 }, (_, n) => `e${n}: { instances: { App: [{ type: custom, command: php a }] } }`)} }`,
  ],
  ['empty lines', `${'\n'.repeat(250_000)}environments: { a: { instances: { App: [{ type: worker }] } } }`],
])('a large file of %s is read in a few seconds', { timeout: 10_000 }, (_, text) => {
  expect(text.length).toBeLessThanOrEqual(maxManifestBytes);
  const { content, mistakes } = parseCloudFile(text, 'm.yml');
  expect(mistakes).toEqual([]);
  expect(content).toMatchObject({ kind: 'many', fleet: { environments: { 0: { name: 'a' } } } });
});

test('a file of more environments than a run can read is refused', () => {
  const keys = Array.from({ length: 1_001 }, (_, n) => `e${n}: {}`);
  const { mistakes } = parseCloudFile(
    `defaults: { instances: { App: [{ type: worker }] } }\nenvironments: { ${keys} }`,
    'm.yml',
  );
  expect(mistakes).toMatchObject([{ message: 'environments: must be 1000 environments at most' }]);
});
