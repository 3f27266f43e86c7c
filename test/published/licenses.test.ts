import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bundle } from '../../scripts/bundle.ts';

const listing = new URL('../../dist/licenses.txt', import.meta.url);

test('dist/licenses.txt lists each package whose code is in dist, and no other', async () => {
  const { sources } = await bundle();
  const owner = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/;
  const packages = sources.flatMap((file) => owner.exec(file.replaceAll('\\', '/'))?.[1] ?? []);
  const listed = readFileSync(listing, 'utf8').match(/^\S+(?= \d+\.\d+\.\d+$)/gm);
  expect(listed?.sort()).toEqual([...new Set(packages)].sort());
});
