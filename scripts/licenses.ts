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
  const texts: string[] = [];
  for (const [folder, { version, license, dev, optional, devOptional }] of Object.entries(lock.packages)) {
    if (folder === '' || dev || optional || devOptional) continue;
    const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
    texts.push(
      `${name} ${version}\n${(await textIn(new URL(`${folder}/`, root))) ?? license ?? 'unknown'}\n`,
    );
  }
  return texts.join('\n');
}

async function textIn(folder: URL): Promise<string | undefined> {
  const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name));
  if (file === undefined) return undefined;
  return (await readFile(new URL(file, folder), 'utf8')).replaceAll('\r\n', '\n').trim();
}
