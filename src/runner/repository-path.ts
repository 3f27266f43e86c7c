import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/**
 * A file of the workspace as its repository names it, which is where GitHub shows an annotation: `actions/checkout` can
 * put the repository into a folder of the workspace.
 */
export function repositoryPath(workspace: string, file: string): string {
  for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) {
    if (existsSync(join(workspace, folder, '.git'))) return relative(folder, file).replaceAll(sep, '/');
  }
  return file;
}
