import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountName, setOwner, textFiles, withoutHint } from '../../scripts/owner.ts';
import { ours } from '../../scripts/repository.ts';
import { REPOSITORY_ROOT } from '../e2e/harness/run-action.ts';

const files = textFiles(REPOSITORY_ROOT).filter((file) => existsSync(join(REPOSITORY_ROOT, file)));
const copy = mkdtempSync(join(tmpdir(), 'owner-'));

beforeAll(() => {
  for (const file of files) cpSync(join(REPOSITORY_ROOT, file), join(copy, file));
});
afterAll(() => rmSync(copy, { recursive: true }));

test('the owner of the repository is the same in every file', () => {
  expect(otherOwners(REPOSITORY_ROOT, ours.owner)).toEqual([]);
});

test('npm run set-owner changes it in every file, and back', async () => {
  const changed = await setOwner(copy, files, ours, 'some-body');
  expect(changed).toEqual(expect.arrayContaining(['README.md', 'package.json', '.github/CODEOWNERS']));
  expect(otherOwners(copy, 'some-body')).toEqual([]);
  expect(readFileSync(join(copy, '.github/CODEOWNERS'), 'utf8')).toContain('@some-body');
  expect(await setOwner(copy, files, { ...ours, owner: 'some-body' }, ours.owner)).toEqual(changed);
  for (const file of changed)
    expect(readFileSync(join(copy, file)).equals(readFileSync(join(REPOSITORY_ROOT, file))), file).toBe(true);
});

test('the README says what OWNER is, until it is set', () => {
  const readme = readFileSync(join(REPOSITORY_ROOT, 'README.md'), 'utf8');
  expect(withoutHint(readme) !== readme).toBe(ours.owner === 'OWNER');
  expect(withoutHint(readme)).not.toContain('`OWNER`');
});

test.each(['', '-acme', 'acme/shop', 'a b', '$(id)'])('%j is refused as an owner', (owner) => {
  expect(accountName.test(owner)).toBe(false);
});

/** Where another owner stands before the repository's name, also in a regular expression. */
function otherOwners(root: string, owner: string): string[] {
  return files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const found = [...text.matchAll(/([\w-]+)\\?\/laravel-background-process(?![\w-])/g)];
    return found.filter(([, named]) => named !== owner).map(([match]) => `${file}: ${match}`);
  });
}
