import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A name of a user or an organization, as GitHub allows it. */
export const accountName = /^[a-z\d](?:-?[a-z\d]){0,38}$/i;

/** The files that people and git see, relative to the root, without what is built. */
export function textFiles(root: string): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.split('\0').filter((file) => file !== '' && !/^dist\/|\.(png|jpg|ico|woff2?)$/.test(file));
}

/** Writes another owner into the files that name the repository, and returns those. */
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

/** The README without the sentence that holds until the owner is set. */
export function withoutHint(readme: string): string {
  return readme.replace(/ Replace `OWNER` with [^.]+\./, '');
}
