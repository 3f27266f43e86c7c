import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { type Mistake, type Place, placeText } from '../failure.ts';
import { quoted as quotedText } from '../shorten.ts';

/** More references to anchors than a person writes; each costs a walk through the whole file. */
const maxAliases = 100;

/** One entry of a mapping, its key as text. */
export interface Entry {
  readonly name: string;
  readonly key: Node;
  readonly value: Node | undefined;
}

/** A YAML text as a tree of nodes that know where they stand, and what is wrong with it. */
export class Source {
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed | undefined;
  readonly #mistakes: { readonly offset: number; readonly message: string }[] = [];
  #aliases = 0;

  constructor(text: string, file: string) {
    this.#file = file;
    this.#document = this.#parse(text);
  }

  /** The root; undefined when the text is no YAML. */
  get root(): Node | null | undefined {
    return this.#document?.contents;
  }

  /** In the order of the text, each once. */
  get mistakes(): readonly Mistake[] {
    const sorted = this.#mistakes.toSorted((a, b) => a.offset - b.offset);
    const told = sorted.map(({ offset, message }) => ({ place: this.#place(offset), message }));
    return [...new Map(told.map((one) => [`${placeText(one.place)} ${one.message}`, one])).values()];
  }

  placeOf(node: Node | null | undefined): Place {
    return this.#place(node?.range?.[0] ?? 0);
  }

  /** Notes that something is wrong at a node. `path` says what it is: `instances.App[0].type`. */
  problem(node: Node | null | undefined, path: string, why: string): void {
    this.#note(node?.range?.[0] ?? 0, path === '' ? why : `${path}: ${why}`);
  }

  /** The entries of a mapping, each key once; undefined when the node is none. */
  entries(node: Node | null | undefined, path: string): readonly Entry[] | undefined {
    const map = this.#resolved(node, path);
    if (!isMap(map)) return undefined;
    const seen = new Map<string, Node>();
    const entries: Entry[] = [];
    for (const { key, value } of (map as YAMLMap<Node, Node | null>).items) {
      const name = nameOf(key);
      if (name === undefined) {
        this.problem(key, path, 'a key must be text');
        continue;
      }
      const before = seen.get(name);
      if (before !== undefined) {
        this.problem(
          key,
          path,
          `the key ${quoted(name)} is here a second time; it was given at ${placeText(this.placeOf(before))}`,
        );
        continue;
      }
      seen.set(name, key);
      entries.push({ name, key, value: this.#resolved(value ?? undefined, path) });
    }
    return entries;
  }

  /** The items of a list; undefined when the node is none. */
  items(node: Node | undefined, path: string): readonly (Node | undefined)[] | undefined {
    if (!isSeq(node)) return undefined;
    return (node as YAMLSeq<Node | null>).items.map((item) => this.#resolved(item ?? undefined, path));
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
      this.#note(0, 'it cannot be read as YAML');
      return undefined;
    }
    const overflow = document.errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
    if (overflow !== undefined) {
      this.#note(overflow.pos[0], 'it is nested too deep');
      return undefined;
    }
    // A tag that is not known is only a warning to the parser.
    for (const { pos, code, message } of [...document.errors, ...document.warnings]) {
      this.#note(pos[0], code === 'MULTIPLE_DOCS' ? 'a second document begins; a manifest is one' : message);
    }
    return document.errors.length === 0 ? document : undefined;
  }

  #resolved(node: Node | null | undefined, path: string): Node | undefined {
    if (!isAlias(node)) return node ?? undefined;
    if (++this.#aliases > maxAliases) {
      if (this.#aliases === maxAliases + 1) this.problem(node, path, `more than ${maxAliases} aliases`);
      return undefined;
    }
    const target = this.#document === undefined ? undefined : node.resolve(this.#document);
    if (target === undefined) this.problem(node, path, `no anchor &${node.source} stands before this alias`);
    return target;
  }

  #note(offset: number, message: string): void {
    this.#mistakes.push({ offset, message });
  }

  #place(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#file, line: Math.max(1, line), column: Math.max(1, col) };
  }
}

/** A node's value: scalars as they are, anything else only as what kind of thing it is. */
export function plainValue(node: Node | undefined): unknown {
  if (isScalar(node)) return node.value;
  if (isSeq(node)) return [];
  return node === undefined ? null : {};
}

/** A key as text; numbers and the like as they are written. */
function nameOf(key: Node | null): string | undefined {
  if (!isScalar(key)) return undefined;
  const text = typeof key.value === 'string' ? key.value : (key.source ?? '');
  return text.trim() === '' ? undefined : text;
}

/** A value as a message shows it. */
export function quoted(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'nothing';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? quotedText(value) : JSON.stringify(value);
}
