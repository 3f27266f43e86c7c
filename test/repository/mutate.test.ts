import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import stryker from '../../stryker.config.json' with { type: 'json' };
import mutation from '../../vitest.mutate.config.ts';
import { REPOSITORY_ROOT } from '../e2e/harness/run-action.ts';

/** Adds a file and everything that it imports, by their paths in the repository. */
function follow(file: string, seen: Set<string>): void {
  if (seen.has(file)) return;
  seen.add(file);
  const text = readFileSync(join(REPOSITORY_ROOT, file), 'utf8');
  for (const [, path = ''] of text.matchAll(/from '(\.{1,2}\/[^']+\.ts)'/g))
    follow(join(dirname(file), path), seen);
}

test('npm run mutate copies every file that its tests import', () => {
  const { include = [], exclude = [] } = mutation.test ?? {};
  const imported = new Set<string>();
  for (const file of globSync(include, { cwd: REPOSITORY_ROOT, exclude })) follow(file, imported);

  const left = [...imported].filter((file) =>
    stryker.ignorePatterns.some((pattern) => `/${file}`.startsWith(`${pattern}/`)),
  );
  expect(imported.size).toBeGreaterThan(100);
  expect(left).toEqual([]);
});
