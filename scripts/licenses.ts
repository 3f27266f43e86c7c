import { readdir, readFile } from 'node:fs/promises';

interface Package {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

/** The licences of everything that the bundle may contain: of each package that is not only for development. */
export async function licenses(root: URL): Promise<string> {
  const lock: { packages: Readonly<Record<string, Package>> } = JSON.parse(
    await readFile(new URL('package-lock.json', root), 'utf8'),
  );
  // Most packages have the same terms: those stand once, under the names of all that have them.
  const owners = new Map<string, Set<string>>();
  for (const [folder, { version, license, dev, optional, devOptional }] of Object.entries(lock.packages)) {
    if (folder === '' || dev || optional || devOptional) continue;
    const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const { copyright, terms } = split((await textIn(new URL(`${folder}/`, root))) ?? license ?? 'unknown');
    owners.set(terms, (owners.get(terms) ?? new Set()).add(`${name} ${version}${copyright}`));
  }
  return [...owners].map(([terms, names]) => `${[...names].join('\n')}\n\n${terms}\n`).join('\n---\n\n');
}

function split(text: string): { copyright: string; terms: string } {
  const lines = text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.trim());
  const isCopyright = (line: string): boolean => /^copyright\b/i.test(line);
  const owned = lines.filter(isCopyright).map((line) => `\n  ${line}`);
  const terms = lines
    .filter((line) => !isCopyright(line))
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
  return { copyright: owned.join(''), terms };
}

async function textIn(folder: URL): Promise<string | undefined> {
  const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name));
  return file === undefined ? undefined : await readFile(new URL(file, folder), 'utf8');
}
