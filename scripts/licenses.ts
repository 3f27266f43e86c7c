import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** Returns the licences of the packages to which the files belong: each package once, grouped by equal terms. */
export async function licenses(files: readonly string[]): Promise<string> {
  const owners = new Map<string, string[]>();
  for (const folder of packageFolders(files)) {
    const { name, version, license }: Package = JSON.parse(
      await readFile(join(folder, 'package.json'), 'utf8'),
    );
    const { copyright, terms } = split((await textIn(folder)) ?? license ?? 'unknown');
    owners.set(terms, [...(owners.get(terms) ?? []), `${name} ${version}${copyright}`]);
  }
  return [...owners].map(([terms, names]) => `${names.join('\n')}\n\n${terms}\n`).join('\n---\n\n');
}

/** Returns the package folders of the files. A file outside of packages has none. */
export function packageFolders(files: readonly string[]): string[] {
  const folders = files.flatMap(
    (file) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file) ?? [],
  );
  return [...new Set(folders)].sort();
}

function split(text: string): { copyright: string; terms: string } {
  const lines = text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.trim());
  // A lower-case `copyright` begins a line of the terms.
  const isCopyright = (line: string): boolean => /^Copyright\b/.test(line);
  const owned = lines.filter(isCopyright).map((line) => `\n  ${line}`);
  const terms = lines
    .filter((line) => !isCopyright(line))
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
  return { copyright: owned.join(''), terms };
}

async function textIn(folder: string): Promise<string | undefined> {
  const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name));
  return file === undefined ? undefined : await readFile(join(folder, file), 'utf8');
}
