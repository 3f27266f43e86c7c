import { isMap, isNode, isScalar, isSeq, type Node } from 'yaml';
import { type Place, placeText } from '../failure.ts';
import { quoted as quotedText, shorten } from '../shorten.ts';

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

export function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function nameOf(key: unknown): string | undefined {
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
