import type { GenericSchema } from 'valibot';
import { isScalar, Scalar } from 'yaml';
import { type Location, locationText, type Mistake } from '../failure.ts';
import { nearest } from '../names.ts';
import { quoted } from '../text.ts';
import { check, kindOf, named, type Problem } from './schema.ts';
import { type Part, YamlFile } from './yaml.ts';

/** The declared background processes of each place: an instance of Laravel Cloud, a server of Forge. */
export interface Manifest<S> {
  readonly places: readonly DeclaredPlace<S>[];
}

export interface DeclaredPlace<S> {
  /** The name or id of the instance or server, as the manifest writes it. */
  readonly name: string;
  readonly place: Location;
  readonly processes: readonly Declared<S>[];
}

export interface Declared<S> {
  readonly spec: S;
  readonly place: Location;
}

/** Returns the place of each declaration in the file. */
export function locationsIn<S>({ places }: Manifest<S>): ReadonlyMap<S, Location> {
  return new Map(
    places.flatMap(({ processes }) => processes.map(({ spec, place }) => [spec, place] as const)),
  );
}

export interface ParsedManifest<S> extends Manifest<S> {
  /** All problems of the file. `places` holds only the valid parts. */
  readonly mistakes: readonly Mistake[];
}

/** The parts of reading a manifest that are specific to a service. */
export interface ManifestKind<S> {
  /** The default path of the manifest, below the workspace. */
  readonly file: string;
  readonly root: 'instances' | 'servers';
  /** The word for a place, with an example of a name: `cluster, such as App`. */
  readonly onePlace: string;
  /** The smallest manifest, on one line. */
  readonly example: string;
  readonly process: GenericSchema<unknown, S>;
  /** Returns a key that is equal for two declarations of one process. */
  keyOf(spec: S): string;
  /** Returns the name of the process, which must be unique on its instance or server. */
  nameOf(spec: S): string | undefined;
  describe(spec: S): string;
}

/** The largest number of bytes in a manifest: enough for some thousands of processes. */
export const maxManifestBytes = 256 * 1024;

/** More processes than any environment runs: aliases could make many more of a small file. */
const maxProcesses = 5_000;
/** The number of mistakes after which no other process is read. */
const maxMistakes = 5_000;

/** The state of reading a manifest. */
export interface Reading<S> {
  readonly yaml: YamlFile;
  readonly kind: ManifestKind<S>;
  readonly root: Part;
  /** The values at the top, by their keys. */
  readonly top: ReadonlyMap<string, Part>;
  /** The number of processes that the file may still declare. */
  room: number;
}

/** Reads a manifest, and collects all its mistakes. */
export function parseManifest<S>(text: string, file: string, kind: ManifestKind<S>): ParsedManifest<S> {
  const reading = openManifest(text, file, kind);
  if ('mistakes' in reading) return { places: [], ...reading };
  return { places: readRoot(reading), mistakes: reading.yaml.problems };
}

/** Reads `instances` or `servers` at the top of a manifest. */
export function readRoot<S>(reading: Reading<S>): readonly DeclaredPlace<S>[] {
  const { yaml, kind, root, top } = reading;
  const named = top.get(kind.root);
  if (named === undefined)
    yaml.note(root.offset, kind.root, `is missing; it names ${kind.root}, each with a list of processes`);
  return readPlaces(reading, named);
}

/**
 * Opens a file that looks like a manifest: one of the `roots` is among the keys at its top. The error about any other
 * file quotes nothing: the file may hold secrets.
 */
export function openManifest<S>(
  text: string,
  file: string,
  kind: ManifestKind<S>,
  roots: readonly string[] = [kind.root],
  keys = roots,
): Reading<S> | { readonly mistakes: readonly Mistake[] } {
  const yaml = new YamlFile(text, file);
  const { root } = yaml;
  if (!hasKeyLike(text, roots)) {
    const place = { file, line: 1, column: 1 };
    return { mistakes: [{ place, message: whyNoManifest(yaml, kind, roots) }] };
  }
  const top = root && readKeys(yaml, root, 'a manifest', keys);
  if (root === undefined || top === undefined) return { mistakes: yaml.problems };
  return { yaml, kind, root, top, room: maxProcesses };
}

/** True if a key at the top resembles a key of a manifest. */
function hasKeyLike(text: string, roots: readonly string[]): boolean {
  const isFlow = /^\s*[{[]/.test(text.replace(/^[ \t]*#.*/gm, ''));
  const keys = text.matchAll(
    isFlow ? /[{,][\s"']{0,20}([\w-]{1,40})["']?[ \t]{0,20}:/g : /^["']?([\w-]{1,40})["']?[ \t]{0,20}:/gm,
  );
  return [...keys].some(([, key = '']) => nearest(key, roots).length > 0);
}

function whyNoManifest(
  yaml: YamlFile,
  { root, example, process }: ManifestKind<unknown>,
  roots: readonly string[],
): string {
  const { root: top } = yaml;
  if (top !== undefined && yaml.plain(top, 0) === null)
    return `the file is empty; the least it needs is ${example}`;
  const entries = (top && yaml.entries(top)) ?? [];
  const isPlace = (entry: Part): boolean =>
    yaml.items(entry)?.every((item) => check(process, yaml.plain(item)).problems.length === 0) ?? false;
  const [first] = entries;
  return first !== undefined && entries.every(isPlace)
    ? `the first key must be ${root}; did you mean to put ${quoted(first.name)} under it?`
    : `this is not a manifest: it has no key ${roots.map((root) => `"${root}"`).join(' or ')}`;
}

/** Reads the values of a mapping. Notes a problem for keys that are not in `keys`, or any other value. */
export function readKeys(
  yaml: YamlFile,
  part: Part,
  what: string,
  keys: readonly string[],
): ReadonlyMap<string, Part> | undefined {
  const wording = named(what)(keys);
  const entries = yaml.entries(part);
  if (entries === undefined) {
    yaml.note(part.offset, part.path, wording.notAMapping(kindOf(yaml.plain(part, 0))));
    return undefined;
  }
  for (const { name, keyOffset } of entries)
    if (!keys.includes(name)) yaml.note(keyOffset, part.path, wording.unknownKey(name, []).why);
  return new Map(entries.map((entry) => [entry.name, entry]));
}

/** Reads the content of `instances` or `servers`: the places with their processes; none without the key. */
export function readPlaces<S>(reading: Reading<S>, part: Part | undefined): readonly DeclaredPlace<S>[] {
  if (part === undefined) return [];
  const { yaml, kind } = reading;
  const entries = yaml.entries(part);
  if (entries === undefined || entries.length === 0)
    yaml.note(
      part.offset,
      part.path,
      `must name at least one ${kind.onePlace}, each with a list of processes`,
    );
  return (entries ?? []).map((entry) => ({
    name: entry.name,
    place: yaml.placeOf(entry.keyOffset),
    processes: readProcesses(reading, entry),
  }));
}

function readProcesses<S>(reading: Reading<S>, entry: Part): readonly Declared<S>[] {
  const { yaml, kind } = reading;
  const items = yaml.items(entry);
  if (items === undefined) {
    const kindOfValue = kindOf(yaml.plain(entry, 0));
    yaml.note(entry.offset, entry.path, `must be a list of processes, not ${kindOfValue}; write [] for none`);
    return [];
  }
  const seen = new Map<string, Location>();
  if (items.length > reading.room)
    yaml.note(entry.keyOffset, entry.path, `a manifest may declare ${maxProcesses} processes at most`);
  const taken = items.slice(0, reading.room);
  reading.room -= taken.length;
  return taken.flatMap((item) => {
    const spec = yaml.problemCount < maxMistakes ? readProcess(yaml, item, kind) : undefined;
    if (spec === undefined) return [];
    const place = yaml.placeOf(item.keyOffset);
    const twin = before(seen, kind.keyOf(spec), place);
    if (twin !== undefined) {
      const what = `the ${kind.describe(spec)} is declared already, at ${locationText(twin)}`;
      yaml.note(item.offset, item.path, `${what}; raise its processes instead`);
      return [];
    }
    const name = kind.nameOf(spec);
    const namesake = name === undefined ? undefined : before(seen, `name ${name}`, place);
    if (namesake !== undefined) {
      const { offset, path } = yaml.at(item, ['name']);
      yaml.note(offset, path, `the process at ${locationText(namesake)} has this name already`);
    }
    return [{ spec, place }];
  });
}

/** Returns the place of an earlier declaration with this key; if there is none, remembers this place. */
function before(seen: Map<string, Location>, key: string, place: Location): Location | undefined {
  const first = seen.get(key);
  if (first === undefined) seen.set(key, place);
  return first;
}

function readProcess<S>(yaml: YamlFile, item: Part, kind: ManifestKind<S>): S | undefined {
  const known = yaml.problemCount;
  const plain = yaml.plain(item);
  if (plain === undefined) return undefined;
  const { value, problems } = check(kind.process, plain);
  for (const problem of problems) noteProblem(yaml, item, problem);
  return yaml.problemCount > known ? undefined : value;
}

function noteProblem(yaml: YamlFile, item: Part, { path, why, key }: Problem): void {
  const found = yaml.at(item, key ?? path);
  const isThere = found.path !== item.path || (key ?? path).length === 0;
  const offset = key !== undefined && isThere ? found.keyOffset : found.offset;
  yaml.note(offset, [item.path, ...path].join('.'), folding(found) ?? why);
}

/** Returns the reason why a block of YAML has more than one line. */
function folding({ node }: Part): string | undefined {
  if (!isScalar(node) || !String(node.value).trim().includes('\n')) return undefined;
  if (node.type === Scalar.BLOCK_LITERAL)
    return 'must be one line; | keeps the line breaks: write >- instead';
  return node.type === Scalar.BLOCK_FOLDED
    ? 'must be one line; >- folds neither lines that are indented deeper than the first nor empty ones: indent all lines alike'
    : undefined;
}
