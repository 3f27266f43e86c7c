import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import { type Mistake, type Place, placeText } from '../failure.ts';
import { nearest, orNear } from '../names.ts';
import { quoted as quotedText, shorten } from '../text.ts';

/** Which background processes each place (an instance of Laravel Cloud, a server of Forge) should run. */
export interface Manifest<S> {
  readonly places: readonly DeclaredPlace<S>[];
}

export interface DeclaredPlace<S> {
  /** The name or id by which the manifest names it. */
  readonly name: string;
  /** Where the manifest does so. */
  readonly place: Place;
  readonly processes: readonly Declared<S>[];
}

export interface Declared<S> {
  readonly spec: S;
  readonly place: Place;
}

export interface ParsedManifest<S> extends Manifest<S> {
  /** What is wrong is left out of the manifest. */
  readonly mistakes: readonly Mistake[];
}

/** What the manifests of the two services differ in. */
export interface ManifestKind<S> {
  /** Where it usually is, below the workspace. */
  readonly file: string;
  /** The one key at the top. */
  readonly root: 'instances' | 'servers';
  /** One of the places, with an example of its name: `instance, such as App`. */
  readonly onePlace: string;
  /** The keys of a process. */
  readonly keys: readonly string[];
  /** Reads one process. Whatever is wrong is noted by `fields`, and what is returned then is not used. */
  read(fields: Fields): S | undefined;
  /** Equal for two declarations that would be one process. */
  keyOf(spec: S): string;
  /** A name that nothing else at the same place may have. */
  nameOf(spec: S): string | undefined;
  describe(spec: S): string;
}

/** A file of this many bytes holds some thousands of processes. */
export const maxManifestBytes = 256 * 1024;

/** More than any environment runs, and far fewer than aliases could make of a small file. */
const maxProcesses = 5_000;

/** Reads a manifest, with every mistake in it. */
export function parseManifest<S>(text: string, file: string, kind: ManifestKind<S>): ParsedManifest<S> {
  if (!looksLikeManifest(text, kind)) {
    const message = `this is not a manifest: it has no ${kind.root}, each with a list of processes`;
    return { places: [], mistakes: [{ place: { file, line: 1, column: 1 }, message }] };
  }
  const yaml = new YamlFile(text, file);
  const places = yaml.root === undefined ? [] : parsePlaces(yaml, yaml.root, kind);
  return { places, mistakes: yaml.mistakes };
}

/** Is there a key that could be meant as the manifest's own? A file that has none may hold secrets: it is not quoted. */
function looksLikeManifest(text: string, { root }: ManifestKind<unknown>): boolean {
  const keys = text.matchAll(/(?:^|[{,])[ \t"']{0,20}([\w-]{1,40})["']?[ \t]{0,20}:/gm);
  return [...keys].some(([, key = '']) => nearest(key, [root]).length > 0);
}

function parsePlaces<S>(yaml: YamlFile, root: Value, kind: ManifestKind<S>): readonly DeclaredPlace<S>[] {
  const fields = readFields(root, 'a manifest', [kind.root]);
  const named = fields?.get(kind.root);
  const entries = named?.entries();
  if (named === undefined) {
    fields?.missing(kind.root, `is missing; it names ${kind.root}, each with a list of processes`);
  } else if (entries === undefined || entries.length === 0) {
    named.wrong(`must name at least one ${kind.onePlace}, each with a list of processes`);
  }
  let room = maxProcesses;
  return (entries ?? []).map((entry) => {
    const place = parsePlace(yaml, entry, kind, room);
    room -= place.processes.length;
    return place;
  });
}

function parsePlace<S>(yaml: YamlFile, entry: Value, kind: ManifestKind<S>, room: number): DeclaredPlace<S> {
  const items = entry.items();
  if (items === undefined) {
    entry.wrong(`must be a list of processes, not ${quoted(entry.plain)}; write [] for none`);
  } else if (items.length > room) {
    entry.wrongKey(`a manifest may declare ${maxProcesses} processes at most`);
  }
  const processes = parseProcesses(yaml, (items ?? []).slice(0, room), kind);
  return { name: entry.name, place: entry.place, processes };
}

function parseProcesses<S>(
  yaml: YamlFile,
  items: readonly Value[],
  kind: ManifestKind<S>,
): readonly Declared<S>[] {
  const places = new Map<string, Place>();
  /** Says where something was declared before; the first time, it is remembered. */
  const before = (key: string, item: Value): string | undefined => {
    const place = places.get(key);
    if (place === undefined) places.set(key, item.place);
    return place && placeText(place);
  };
  return items.flatMap((item) => {
    const mistakes = yaml.mistakeCount;
    const fields = readFields(item, 'a process', kind.keys);
    const spec = fields && kind.read(fields);
    if (spec === undefined || yaml.mistakeCount > mistakes) return [];
    const twin = before(kind.keyOf(spec), item);
    if (twin !== undefined) {
      item.wrong(`the ${kind.describe(spec)} is declared already, at ${twin}; raise its processes instead`);
      return [];
    }
    const name = kind.nameOf(spec);
    const namesake = name === undefined ? undefined : before(`name ${name}`, item);
    if (namesake !== undefined)
      fields?.get('name')?.wrong(`the process at ${namesake} has this name already`);
    return [{ spec, place: item.place }];
  });
}

/** What a value needs of the file that it is in. */
export interface Surroundings {
  /** Notes that something is wrong. `path` says what it is. */
  note(offset: number, path: string, why: string): void;
  placeOf(offset: number): Place;
  /** What an alias stands for; any other node is itself. */
  resolved(node: unknown, path: string): Node | undefined;
}

interface ValueParts {
  /** What it is called: `instances.App[0].type`. */
  readonly path: string;
  /** Undefined where nothing is written. */
  readonly node: Node | undefined;
  readonly offset: number;
  /** The key that it has in a mapping. */
  readonly key?: { readonly name: string; readonly offset: number };
}

/** One value of the file, which knows what it is called and where it stands. */
export class Value {
  readonly #file: Surroundings;
  readonly #parts: ValueParts;

  constructor(file: Surroundings, parts: ValueParts) {
    this.#file = file;
    this.#parts = parts;
  }

  get path(): string {
    return this.#parts.path;
  }

  /** Its key as text, numbers and the like as they are written. */
  get name(): string {
    return this.#parts.key?.name ?? '';
  }

  /** Where its key stands, or else it itself. */
  get place(): Place {
    return this.#file.placeOf(this.#parts.key?.offset ?? this.#parts.offset);
  }

  /** Scalars as they are, anything else only as what kind of thing it is. */
  get plain(): unknown {
    const { node } = this.#parts;
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return [];
    return node === undefined ? null : {};
  }

  /** Notes that it is wrong, or what is called `below` it. */
  wrong(why: string, below = ''): void {
    this.#file.note(this.#parts.offset, `${this.path}${below}`, why);
  }

  /** Notes that it should not be there. */
  wrongKey(why: string, path = this.path): void {
    this.#file.note(this.#parts.key?.offset ?? this.#parts.offset, path, why);
  }

  /** The values of a mapping, each key once; undefined when it is none. */
  entries(): readonly Value[] | undefined {
    const { node, path } = this.#parts;
    if (!isMap(node)) return undefined;
    const seen = new Map<string, number>();
    return node.items.flatMap(({ key, value }) => {
      const keyOffset = offsetOf(key) ?? this.#parts.offset;
      const name = nameOf(key);
      const why = name === undefined ? 'a key must be text' : this.#secondTime(name, seen);
      if (name === undefined || why !== undefined) {
        this.#file.note(keyOffset, path, why ?? '');
        return [];
      }
      seen.set(name, keyOffset);
      const resolved = this.#file.resolved(value, path);
      return [
        new Value(this.#file, {
          path: path === '' ? name : `${path}.${shorten(name, 80)}`,
          node: resolved,
          offset: (resolved && offsetOf(value)) ?? keyOffset,
          key: { name, offset: keyOffset },
        }),
      ];
    });
  }

  /** The values of a list; undefined when it is none. */
  items(): readonly Value[] | undefined {
    const { node, path, offset } = this.#parts;
    if (!isSeq(node)) return undefined;
    return node.items.map(
      (item, index) =>
        new Value(this.#file, {
          path: `${path}[${index}]`,
          node: this.#file.resolved(item, path),
          offset: offsetOf(item) ?? offset,
        }),
    );
  }

  #secondTime(name: string, seen: ReadonlyMap<string, number>): string | undefined {
    const before = seen.get(name);
    if (before === undefined) return undefined;
    return `the key ${quoted(name)} is here a second time; it was given at ${placeText(this.#file.placeOf(before))}`;
  }
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function nameOf(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  const text = typeof key.value === 'string' ? key.value : (key.source ?? '');
  return text.trim() === '' ? undefined : text;
}

/** A value as a message shows it. */
function quoted(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'nothing';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? quotedText(value) : JSON.stringify(value);
}

/** The fields of a mapping. `what` is read, in words: `a process`. Undefined when it is no mapping, which is noted. */
function readFields(value: Value, what: string, keys: readonly string[]): Fields | undefined {
  const entries = value.entries();
  if (entries === undefined) {
    value.wrong(`${what} must be a mapping with ${keys.join(', ')}, not ${quoted(value.plain)}`);
    return undefined;
  }
  for (const entry of entries.filter(({ name }) => !keys.includes(name))) {
    const why = `${quoted(entry.name)} is not a key of ${what}; the keys are ${keys.join(', ')}`;
    entry.wrongKey(orNear(why, entry.name, keys), value.path);
  }
  return new Fields(value, new Map(entries.map((entry) => [entry.name, entry])));
}

/** The fields of a mapping, read one by one. What is wrong is noted, and stands for nothing. */
export class Fields {
  readonly #owner: Value;
  readonly #byName: ReadonlyMap<string, Value>;

  constructor(owner: Value, byName: ReadonlyMap<string, Value>) {
    this.#owner = owner;
    this.#byName = byName;
  }

  get(name: string): Value | undefined {
    return this.#byName.get(name);
  }

  /** Notes that a field is not there. */
  missing(name: string, why: string): void {
    this.#owner.wrong(why, this.#owner.path === '' ? name : `.${name}`);
  }

  /** One of the words, which must be there. */
  choice<const T extends string>(name: string, words: readonly T[]): T | undefined {
    const value = this.get(name);
    const word = words.find((each) => each === value?.plain);
    if (value === undefined) this.missing(name, `is needed: ${words.join(' or ')}`);
    else if (word === undefined) {
      const why = `must be ${words.join(' or ')}, not ${quoted(value.plain)}`;
      value.wrong(orNear(why, String(value.plain), words));
    }
    return word;
  }

  /** A whole number; undefined when there is none. */
  integer(name: string, { min, max }: { readonly min: number; readonly max?: number }): number | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    const { plain } = value;
    if (typeof plain === 'number' && Number.isSafeInteger(plain) && plain >= min && plain <= (max ?? plain))
      return plain;
    const span = max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
    value.wrong(`must be a whole number ${span}, without quotes, not ${quoted(plain)}`);
    return undefined;
  }

  /** Text without the white space around it; undefined when there is none. `problemOf` says what is wrong with it. */
  text(name: string, example: string, problemOf: (text: string) => string | undefined): string | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    const text = typeof value.plain === 'string' ? value.plain.trim() : '';
    const why = text === '' ? `must be text such as ${example}, not ${quoted(value.plain)}` : problemOf(text);
    if (why !== undefined) value.wrong(why);
    return text;
  }
}

/** More references to anchors than a person writes; each costs a walk through the whole file. */
const maxAliases = 100;

/** A YAML file, and what is wrong in it. */
class YamlFile implements Surroundings {
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed | undefined;
  readonly #mistakes: { readonly offset: number; readonly message: string }[] = [];
  #aliases = 0;

  constructor(text: string, file: string) {
    this.#file = file;
    this.#document = this.#parse(text);
  }

  /** All that the file holds; undefined when it is no YAML. */
  get root(): Value | undefined {
    if (this.#document === undefined) return undefined;
    return new Value(this, { path: '', node: this.#document.contents ?? undefined, offset: 0 });
  }

  /** In the order of the text, each once. */
  get mistakes(): readonly Mistake[] {
    const sorted = this.#mistakes.toSorted((a, b) => a.offset - b.offset);
    const told = sorted.map(({ offset, message }) => ({ place: this.placeOf(offset), message }));
    return [...new Map(told.map((one) => [`${placeText(one.place)} ${one.message}`, one])).values()];
  }

  /** Grows with each mistake. */
  get mistakeCount(): number {
    return this.#mistakes.length;
  }

  /** Notes that something is wrong. `path` says what it is: `instances.App[0].type`. */
  note(offset: number, path: string, why: string): void {
    this.#mistakes.push({ offset, message: path === '' ? why : `${path}: ${why}` });
  }

  placeOf(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#file, line: Math.max(1, line), column: Math.max(1, col) };
  }

  /** What an alias stands for; any other node is itself. */
  resolved(node: unknown, path: string): Node | undefined {
    if (!isAlias(node)) return isNode(node) ? node : undefined;
    const offset = offsetOf(node) ?? 0;
    if (++this.#aliases > maxAliases) {
      if (this.#aliases === maxAliases + 1) this.note(offset, path, `more than ${maxAliases} aliases`);
      return undefined;
    }
    const target = this.#document && node.resolve(this.#document);
    if (target === undefined) this.note(offset, path, `no anchor &${node.source} stands before this alias`);
    return target;
  }

  #parse(text: string): Document.Parsed | undefined {
    let document: Document.Parsed;
    try {
      document = parseDocument(text, {
        version: '1.2',
        schema: 'core',
        resolveKnownTags: false,
        // Checked here, in one pass: the parser would compare each key with all others.
        uniqueKeys: false,
        prettyErrors: false,
        lineCounter: this.#lines,
        // Nothing is printed at this level; at a lower one a second document would pass unseen.
        logLevel: 'error',
      });
    } catch {
      this.note(0, '', 'it cannot be read as YAML');
      return undefined;
    }
    const overflow = document.errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
    if (overflow !== undefined) {
      this.note(overflow.pos[0], '', 'it is nested too deep');
      return undefined;
    }
    // A tag that is not known is only a warning to the parser.
    for (const { pos, code, message } of [...document.errors, ...document.warnings]) {
      const why = code === 'MULTIPLE_DOCS' ? 'a second document begins; a manifest is one' : message;
      // Some messages end with what stands there, which may be long.
      this.note(pos[0], '', why.replace(/: ".*/s, ''));
    }
    return document.errors.length === 0 ? document : undefined;
  }
}
