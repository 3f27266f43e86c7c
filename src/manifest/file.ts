import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { stringify } from 'yaml';
import { type Identity, keyOf } from '../converge/compare.ts';
import { didYouMean } from '../names.ts';
import { invisibleIn, visible } from '../text.ts';
import { maxManifestBytes } from './read.ts';
import type { Problem } from './schema.ts';

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
  const file = pathBelow(workspace, path);
  let root: string;
  let real: string;
  try {
    root = realpathSync(workspace);
    real = realpathSync(asked);
  } catch (error) {
    return {
      why: isInside('', file) && !leadsOut(workspace, asked) ? whyUnreadable(error, asked, path) : outside,
    };
  }
  if (!isInside(root, real)) return { why: outside };
  return read(real, isInside('', file) ? file : pathBelow(root, real));
}

/** Returns a path as seen from the workspace, in its one spelling: `a.yml` for `./a.yml`. */
export function pathBelow(workspace: string, path: string): string {
  return relative(workspace, resolve(workspace, path)).replaceAll(sep, '/');
}

const outside = 'is outside the workspace';

/** True if a linked folder leads out of the workspace: an error must not name a file there. */
function leadsOut(workspace: string, path: string): boolean {
  try {
    return !isInside(realpathSync(workspace), join(realpathSync(dirname(path)), basename(path)));
  } catch {
    return false;
  }
}

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

export interface WrittenPlace {
  /** The name or id of the instance or server in the manifest. */
  readonly name: string;
  readonly processes: readonly Readonly<Record<string, unknown>>[];
}

/** Returns the processes by place name. A `Map`, since an object would reorder names that look like numbers. */
export function placesOf(places: readonly WrittenPlace[]): ReadonlyMap<string, WrittenPlace['processes']> {
  return new Map(places.map(({ name, processes }) => [name, processes]));
}

/** Writes a manifest: the schema line, a comment line for each note, and the contents. */
export function writeManifest(
  contents: ReadonlyMap<string, unknown>,
  { schemaUrl, notes }: { readonly schemaUrl: string; readonly notes: readonly string[] },
): string {
  const comments = [`yaml-language-server: $schema=${schemaUrl}`, ...notes.map(visible)];
  // `compat`: a YAML 1.1 parser must not read a text such as `yes` as a flag. No anchors for values that are the same
  // object.
  const text = stringify(contents, { lineWidth: 0, compat: 'yaml-1.1', aliasDuplicateObjects: false });
  return `${comments.map((comment) => `# ${comment}\n`).join('')}${text}`;
}

/** True for a name that a manifest can use. With invisible characters, for example, it has the id instead. */
export function isPlainName(name: string): boolean {
  return name.trim() !== '' && name.length <= 200 && invisibleIn(name).length === 0;
}

/** The fields of a process in the manifest, or the reason why it cannot be declared. */
export type Declarable = { readonly fields: Readonly<Record<string, unknown>> } | { readonly why: string };

/** Returns the reason for the first problem; without one, the manifest's reader would cut off an end of a text. */
export function undeclarable([problem]: readonly Problem[]): Declarable {
  const ends = 'a manifest cannot hold a line break or an escaped blank at the end of a text';
  const why = problem === undefined ? ends : `its ${problem.path.at(-1)} ${problem.why}`;
  return { why: `${why}; prune would delete it` };
}

/** Declares the processes of a place, except duplicates. Returns a note for each one left out. */
export function declareAll<P extends { readonly id: string }>(
  where: string,
  processes: readonly P[],
  rules: {
    identityOf(process: P): Identity;
    describe(process: P): string;
    declare(process: P): Declarable;
  },
): { readonly declared: WrittenPlace['processes']; readonly notes: readonly string[] } {
  const notes: string[] = [];
  const declared: Record<string, unknown>[] = [];
  for (const [first, ...twins] of Map.groupBy(processes, (process) =>
    keyOf(rules.identityOf(process)),
  ).values()) {
    if (first === undefined) continue;
    const result = rules.declare(first);
    const left = (why: string) =>
      notes.push(
        `Left out on ${where}: ${[first, ...twins].map(({ id }) => id).join(', ')} (${rules.describe(first)}): ${why}.`,
      );
    if ('why' in result) left(result.why);
    else if (twins.length > 0)
      left(`they are duplicates: delete all but one, then export again (prune would delete all of them)`);
    else declared.push(result.fields);
  }
  return { declared, notes };
}
