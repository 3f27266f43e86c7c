import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { didYouMean } from '../names.ts';
import { maxManifestBytes } from './read.ts';

/** A file's text, or the reason why it cannot be read, in words that follow its name. */
export type ReadFile =
  | {
      readonly text: string;
      /** The path below the workspace, with slashes. */
      readonly file: string;
    }
  | { readonly why: string };

/** Reads a text file of the workspace. Refuses a file outside the workspace, also one behind a symbolic link. */
export function readWorkspaceFile(workspace: string, path: string): ReadFile {
  const asked = resolve(workspace, path);
  const file = relative(resolve(workspace), asked);
  let root: string;
  let real: string;
  try {
    root = realpathSync(workspace);
    real = realpathSync(asked);
  } catch (error) {
    return { why: isInside('', file) ? whyUnreadable(error, asked, path) : outside };
  }
  if (!isInside(root, real)) return { why: outside };
  return read(real, (isInside('', file) ? file : relative(root, real)).replaceAll(sep, '/'));
}

const outside = 'is outside the workspace';

function read(real: string, file: string): ReadFile {
  try {
    const stat = statSync(real);
    if (!stat.isFile()) return { why: 'is not a file' };
    if (stat.size > maxManifestBytes)
      return { why: `is ${stat.size} bytes long; a manifest may have ${maxManifestBytes} at most` };
    return { file, text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(real)) };
  } catch (error) {
    return {
      why: error instanceof TypeError ? 'is not UTF-8 text' : `cannot be read (${errorCodeOf(error)})`,
    };
  }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function whyUnreadable(error: unknown, asked: string, path: string): string {
  const code = errorCodeOf(error);
  if (code !== 'ENOENT' && code !== 'ENOTDIR') return `cannot be read (${code})`;
  const folder = path.slice(0, path.length - basename(path).length);
  const names = namesBeside(asked);
  if (names.includes(basename(asked))) return 'is a symbolic link to a file that is not there';
  const near = didYouMean(
    path,
    names.map((name) => `${folder}${name}`),
  );
  return near === ''
    ? 'is not there; is the path right, and has actions/checkout run before this step?'
    : `is not there. ${near}`;
}

function errorCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

function namesBeside(file: string): readonly string[] {
  try {
    return readdirSync(dirname(file));
  } catch {
    return [];
  }
}
