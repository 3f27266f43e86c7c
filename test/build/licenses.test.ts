import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { licenses } from '../../scripts/licenses.ts';

const terms = 'Do what you like.';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'licenses-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a package is listed once, with its copyright; the same terms stand once, under all that have them', async () => {
  const files = [
    ...addPackage('one', `Copyright 2020 One\n\nDo what\nyou like.`),
    ...addPackage('@scope/two', `Copyright 2021 Two\n${terms}`),
    ...addPackage('three', 'copyright notices must be kept.'),
    ...addPackage('one/node_modules/four', terms),
    join(folder, 'src', 'main.ts'),
  ];
  expect(await licenses(files)).toBe(
    [
      `@scope/two 1.0.0\n  Copyright 2021 Two\none 1.0.0\n  Copyright 2020 One\nfour 1.0.0\n\n${terms}\n`,
      'three 1.0.0\n\ncopyright notices must be kept.\n',
    ].join('\n---\n\n'),
  );
});

test('a package without a file of its licence is listed with the name of it', async () => {
  expect(await licenses(addPackage('one', undefined))).toBe('one 1.0.0\n\nMIT\n');
});

/** Two files of a package. */
function addPackage(name: string, license: string | undefined): string[] {
  const place = join(folder, 'node_modules', ...name.split('/'));
  mkdirSync(place, { recursive: true });
  const short = name.replace(/.*node_modules\//, '');
  writeFileSync(
    join(place, 'package.json'),
    JSON.stringify({ name: short, version: '1.0.0', license: 'MIT' }),
  );
  if (license !== undefined) writeFileSync(join(place, 'LICENSE'), license);
  return [join(place, 'index.js'), join(place, 'lib', 'deep.js')];
}
