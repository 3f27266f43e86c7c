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
  ['empty lines', `${'\n'.repeat(250_000)}environments: { a: { instances: { App: [{ type: worker }] } } }`],
])('a large file of %s is read in a few seconds', { timeout: 20_000 }, (_, text) => {
  expect(text.length).toBeLessThanOrEqual(maxManifestBytes);
  const { content, mistakes } = parseCloudFile(text, 'm.yml');
  expect(mistakes).toEqual([]);
  expect(content).toMatchObject({ kind: 'many', fleet: { environments: [{ name: 'a' }] } });
});
