import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A valid name of a GitHub user or organization. */
export const accountName = /^[a-z\d](?:-?[a-z\d]){0,38}$/i;

/** Returns the text files of the repository, relative to the root, without ignored files and `dist`. */
export function textFiles(root: string): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.split('\0').filter((file) => file !== '' && !/^dist\/|\.(png|jpg|ico|woff2?)$/.test(file));
}

/** Writes another owner into the files that name the repository. Returns the changed files. */
export async function setOwner(
  root: string,
  files: readonly string[],
  from: { readonly owner: string; readonly name: string },
  owner: string,
): Promise<string[]> {
  const changed: string[] = [];
  for (const file of files) {
    const text = await readFile(join(root, file), 'utf8');
    const renamed =
      file === '.github/CODEOWNERS'
        ? text.replaceAll(`@${from.owner}`, `@${owner}`)
        : text.replaceAll(`${from.owner}/${from.name}`, `${owner}/${from.name}`);
    if (renamed === text) continue;
    await writeFile(join(root, file), renamed);
    changed.push(file);
  }
  return changed;
}

/** Returns the README without the sentence about replacing `OWNER`. */
export function withoutHint(readme: string): string {
  return readme.replace(/ Replace `OWNER` with [^.]+\./, '');
}
