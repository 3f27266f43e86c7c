import { readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { maxManifestBytes } from './read.ts';

/** A file's text, or why it cannot be had, in words that follow its name. */
export type ReadFile =
  | { readonly text: string /** Below the workspace, with slashes. */; readonly file: string }
  | { readonly why: string };

/** Reads a text file of the workspace. Nothing outside is read, also not through links. */
export function readWorkspaceFile(workspace: string, path: string): ReadFile {
  const asked = resolve(workspace, path);
  let root: string;
  let real: string;
  try {
    root = realpathSync(workspace);
    real = realpathSync(asked);
  } catch (error) {
    return { why: unreadable(error) };
  }
  if (!isInside(root, real))
    return { why: 'must be inside the workspace; it leads to a place outside of it' };
  const file = relative(resolve(workspace), asked);
  return read(real, (isInside('', file) ? file : relative(root, real)).replaceAll(sep, '/'));
}

function read(real: string, file: string): ReadFile {
  try {
    const { size } = statSync(real);
    if (!statSync(real).isFile()) return { why: 'is not a file' };
    if (size > maxManifestBytes) {
      return { why: `is ${size} bytes long; a manifest may have ${maxManifestBytes} at most` };
    }
    return { file, text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(real)) };
  } catch (error) {
    return { why: error instanceof TypeError ? 'is not UTF-8 text' : unreadable(error) };
  }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function unreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return code === 'ENOENT' || code === 'ENOTDIR'
    ? 'is not there; is the path right, and has actions/checkout run before this step?'
    : `cannot be read (${code})`;
}
