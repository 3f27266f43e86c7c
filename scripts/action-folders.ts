import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { parse } from 'yaml';
import { root } from './repository.ts';

/** The folders without actions of ours. */
const elsewhere = new Set(['node_modules', 'dist', 'build', 'coverage', 'reports', 'src', 'test', 'docs']);

/** Returns the folders with an `action.yml`, relative to the root, the root itself (`''`) first. */
export async function actionFolders(folder = root): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const here = entries.some(({ name }) => name === 'action.yml')
    ? [relative(root, folder).split(sep).join('/')]
    : [];
  const below = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !elsewhere.has(entry.name))
      .map(({ name }) => actionFolders(join(folder, name))),
  );
  return [...here, ...below.flat()].sort();
}

/** Returns the parsed `action.yml` of a folder. */
export async function actionYml(folder: string) {
  return parse(await readFile(join(root, folder, 'action.yml'), 'utf8'));
}
