import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import { type Location, locationText, type Mistake } from '../failure.ts';
import { quoted, shorten } from '../text.ts';

/** A value of the file, with its path for messages, its offset and the offset of its key. */
export interface Part {
  /** The path in the file: `instances.App[0].type`. */
  readonly path: string;
  /** The key of the value, as it is written; empty for an item of a list. */
  readonly name: string;
  /** The node of the value; for an alias, the node of its anchor. */
  readonly node: Node | undefined;
  readonly offset: number;
  readonly keyOffset: number;
}

/** The largest number of aliases. */
const maxAliases = 100;
/** The largest depth of values inside a process: enough for its options, and for a list in place of a text. */
const maxDepth = 3;
/** The largest number of values to read, several times those of any file: aliases could make millions of them. */
const maxValues = 1_000_000;

export class YamlFile {
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed | undefined;
  readonly #problems: { readonly offset: number; readonly message: string }[] = [];
  readonly #targets = new Map<Alias, Node | undefined>();
  readonly #pairs = new Map<YAMLMap, ReadonlyMap<string, Pair>>();
  #read = 0;

  constructor(text: string, file: string) {
    this.#file = file;
    this.#document = this.#parse(text);
  }

  /** The content of the file; undefined if it is not YAML. */
  get root(): Part | undefined {
    const document = this.#document;
    return document && { path: '', name: '', node: document.contents ?? undefined, offset: 0, keyOffset: 0 };
  }

  /** All problems, in the order of the file and without repetitions. */
  get problems(): readonly Mistake[] {
    const sorted = this.#problems.toSorted((a, b) => a.offset - b.offset);
    const told = sorted.map(({ offset, message }) => ({ place: this.placeOf(offset), message }));
    return [...new Map(told.map((one) => [`${locationText(one.place)} ${one.message}`, one])).values()];
  }

  /** The number of problems so far. */
  get problemCount(): number {
    return this.#problems.length;
  }

  /** Notes a problem. `path`: its subject, such as `instances.App[0].type`. */
  note(offset: number, path: string, why: string): void {
    this.#problems.push({ offset, message: path === '' ? why : `${path}: ${why}` });
  }

  /** Notes a problem at a place of this file. */
  noteAt({ line, column }: Location, path: string, why: string): void {
    this.note((this.#lines.lineStarts[line - 1] ?? 0) + column - 1, path, why);
  }

  /** Returns the line and the column of an offset in the file. */
  placeOf(offset: number): Location {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#file, line: Math.max(1, line), column: Math.max(1, col) };
  }

  /** Returns the values of a mapping; undefined for other values. Notes keys that repeat or are no text. */
  entries({ node, path, offset }: Part): readonly Part[] | undefined {
    if (!isMap(node)) return undefined;
    const seen = new Map<string, number>();
    return node.items.flatMap((pair) => {
      const part = this.#entry(pair, path, offset);
      const before = seen.get(part.name);
      if (part.name === '') this.note(part.keyOffset, path, 'a key must be text');
      else if (before === undefined) {
        seen.set(part.name, part.keyOffset);
        return [part];
      } else {
        const first = locationText(this.placeOf(before));
        const why = `the key ${quoted(part.name)} is here a second time; the first is at ${first}`;
        this.note(part.keyOffset, path, why);
      }
      return [];
    });
  }

  /** Returns the values of a list; undefined for any other value. */
  items({ node, path, offset }: Part): readonly Part[] | undefined {
    if (!isSeq(node)) return undefined;
    return node.items.map((item, index) => {
      const start = offsetOf(item) ?? offset;
      const node = this.#resolved(item);
      return { path: `${path}[${index}]`, name: '', node, offset: start, keyOffset: start };
    });
  }

  /** Returns the value at a path below a part, or the last existing value on the path. */
  at(part: Part, [key, ...rest]: readonly string[]): Part {
    if (key === undefined || !isMap(part.node)) return part;
    const pair = this.#pairOf(part.node, key);
    return pair === undefined ? part : this.at(this.#entry(pair, part.path, part.offset), rest);
  }

  /** Finds a pair by its key. Indexes each mapping only once, since a file may have many wrong keys. */
  #pairOf(map: YAMLMap, key: string): Pair | undefined {
    const pairs = this.#pairs.get(map) ?? new Map(map.items.map((pair) => [keyName(pair.key), pair]));
    this.#pairs.set(map, pairs);
    return pairs.get(key);
  }

  /** Returns mappings, lists and scalars as plain values; undefined for a mapping with a merge key, or past `maxValues`. */
  plain(part: Part, depth = maxDepth): unknown {
    const { node } = part;
    if (++this.#read === maxValues) this.note(part.offset, part.path, 'aliases repeat too many values');
    if (this.#read >= maxValues) return undefined;
    if (isScalar(node)) return node.value;
    if (isSeq(node))
      return depth === 0 ? [] : (this.items(part) ?? []).map((item) => this.plain(item, depth - 1));
    if (!isMap(node)) return null;
    const values: Record<string, unknown> = Object.create(null);
    if (depth === 0) return values;
    const cutOff = this.#cutOff(node, part.path);
    for (const entry of this.entries(part) ?? []) {
      if (entry.name === '<<') {
        const why = 'merge keys (<<) are not supported; use an alias for the whole value';
        this.note(entry.keyOffset, part.path, why);
        return undefined;
      }
      const value = cutOff.has(entry.keyOffset) ? undefined : this.plain(entry, depth - 1);
      if (value !== undefined) values[entry.name] = value;
    }
    return values;
  }

  /**
   * Finds keys between { and } that are in fact the rest of a text with a comma, and notes a problem for each text.
   * Returns their offsets.
   */
  #cutOff({ flow, items }: YAMLMap, path: string): ReadonlySet<number | undefined> {
    const values: { readonly name: string; readonly value: unknown; readonly cut: unknown[] }[] = [];
    for (const { key, value } of flow === true ? items : []) {
      if (value === null) values.at(-1)?.cut.push(key);
      else values.push({ name: keyName(key), value: isScalar(value) ? value.value : undefined, cut: [] });
    }
    const texts = values.filter(({ value, cut }) => typeof value === 'string' && cut.length > 0);
    for (const { name, value, cut } of texts) {
      const [first] = cut;
      const whole = quoted([value, ...cut.map(keyName)].join(','));
      const why = `has no value: between { and } a comma ends a value. If it belongs to the text before it, write ${name}: ${whole}`;
      this.note(offsetOf(first) ?? 0, `${path}.${shorten(keyName(first), 80)}`, why);
    }
    return new Set(texts.flatMap(({ cut }) => cut.map(offsetOf)));
  }

  #entry({ key, value }: Pair, path: string, offset: number): Part {
    const keyOffset = offsetOf(key) ?? offset;
    const name = keyName(key);
    const node = this.#resolved(value);
    return {
      path: path === '' ? name : `${path}.${shorten(name, 80)}`,
      name,
      node,
      offset: (node && offsetOf(value)) ?? keyOffset,
      keyOffset,
    };
  }

  /** Returns the target of an alias, or the node itself if it is not an alias. */
  #resolved(node: unknown): Node | undefined {
    if (!isAlias(node)) return isNode(node) ? node : undefined;
    if (!this.#targets.has(node)) this.#targets.set(node, this.#targetOf(node));
    return this.#targets.get(node);
  }

  #targetOf(alias: Alias): Node | undefined {
    const offset = offsetOf(alias) ?? 0;
    if (this.#targets.size >= maxAliases) {
      if (this.#targets.size === maxAliases) this.note(offset, '', `more than ${maxAliases} aliases`);
      return undefined;
    }
    const target = this.#document && alias.resolve(this.#document);
    const why = `no anchor &${alias.source} stands before this alias; a text that begins with * needs quotation marks around it`;
    if (target === undefined) this.note(offset, '', why);
    return target;
  }

  #parse(text: string): Document.Parsed | undefined {
    const document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      resolveKnownTags: false,
      // `entries` checks for repeated keys in one pass. The parser would compare each key with all others.
      uniqueKeys: false,
      prettyErrors: false,
      lineCounter: this.#lines,
      // At this level the parser prints nothing. With `silent` it would not report a second document.
      logLevel: 'error',
    });
    const overflow = document.errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
    if (overflow !== undefined) {
      this.note(overflow.pos[0], '', 'it is nested too deep');
      return undefined;
    }
    this.#noteErrors(document);
    return document.errors.length === 0 ? document : undefined;
  }

  #noteErrors(document: Document.Parsed): void {
    // The parser reports an unknown tag only as a warning.
    const all = [...document.errors, ...document.warnings];
    const tabs = all.filter(({ code }) => code === 'TAB_AS_INDENT');
    // Other errors may only follow from a tab.
    const errors = tabs.length > 0 ? tabs : all;
    const multiline = errors.filter(({ code }) => code === 'MULTILINE_IMPLICIT_KEY');
    const deeper = new Set(multiline.map(({ pos }) => pos[0]));
    const openings = openingsIn(document);
    let isBroken = false;
    for (const { pos, code, message } of errors) {
      const [offset] = pos;
      // The parser reports one misplaced line as several errors.
      if (isBroken && (code === 'MULTILINE_IMPLICIT_KEY' || code === 'MISSING_CHAR')) continue;
      isBroken ||= code === 'BLOCK_AS_IMPLICIT_KEY';
      const isDeeper = code === 'BLOCK_AS_IMPLICIT_KEY' && deeper.has(offset);
      const hint = isDeeper ? indentation : hints.find(([pattern]) => pattern.test(message))?.[1];
      // Some messages end with a quotation from the file, which may be long.
      const plain = message.replace(/: ".*/s, '');
      const why =
        hint === undefined
          ? plain
          : hint.endsWith('.')
            ? hint.slice(0, -1)
            : `not valid YAML: ${hint} (${plain})`;
      const isOpen = /^Missing closing|^Flow .* end with/.test(message);
      const opened = message.startsWith('Flow') ? openings.brackets : openings.quotes;
      this.note((isOpen ? opened.get(offset) : undefined) ?? offset, '', why);
    }
  }
}

const indentation = 'this line must be indented like the lines that it belongs to';
const quotation = 'a text that begins so needs quotation marks around it';

/** Hints for errors of the parser, whose messages use the terms of the YAML specification. */
const hints: readonly (readonly [message: RegExp, hint: string])[] = [
  [/Tabs are not allowed/, 'Tabs are not allowed as indentation: use spaces.'],
  [/^Source contains multiple documents/, 'a second document begins; a manifest is one.'],
  [/^Nested mappings are not allowed/, 'a text with ": " in it needs quotation marks around it'],
  [/block sequence may not be used|without - indicator|must start at the same column/, indentation],
  [
    /^Flow (map|sequence).* end with/,
    'not valid YAML: the [ or { that opens here is not closed, or a line inside is not indented deeper with spaces.',
  ],
  [
    /need to be followed by map values|^Implicit keys need to be on a single line/,
    'a key needs a colon, a blank and a value after it; a line that continues a text must be indented deeper',
  ],
  [
    /^Block collections are not allowed within flow/,
    'between { and }, a comma is missing, or a text with ": " in it needs quotation marks around it',
  ],
  [/^Unexpected flow-(map|seq)-end/, 'this ] or } closes nothing'],
  [/at node end/, 'nothing may follow a closing quotation mark or bracket: quote the text as a whole'],
  [/^Missing closing/, 'the quotation mark that opens here is not closed'],
  [/Plain value cannot start with|^Alias |^Unresolved tag|^Not a YAML token/, quotation],
  [/Invalid escape sequence/, 'in "…" a backslash begins an escape: write it twice, or use \'…\''],
];

/** Returns the offset at which each quoted text and each innermost [ or { opens, by the offset of its end. */
function openingsIn(document: Document.Parsed) {
  const quotes = new Map<number, number>();
  const brackets = new Map<number, number>();
  visit(document, (_, node) => {
    if (!isNode(node) || !node.range) return;
    const [start, end] = node.range;
    if (isScalar(node) && /^QUOTE/.test(node.type ?? '')) quotes.set(end, start);
    if ((isMap(node) || isSeq(node)) && node.flow === true) brackets.set(end, start);
  });
  return { quotes, brackets };
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** Returns a key as text; empty if the key is not a scalar. */
function keyName(key: unknown): string {
  if (!isScalar(key)) return '';
  const text = typeof key.value === 'string' ? key.value : (key.source ?? '');
  return text.trim() === '' ? '' : text;
}
