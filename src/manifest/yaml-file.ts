import { type Document, isAlias, isNode, LineCounter, type Node, parseDocument } from 'yaml';
import { type Mistake, type Place, placeText } from '../failure.ts';
import { offsetOf, type Surroundings, Value } from './value.ts';

/** More references to anchors than a person writes; each costs a walk through the whole file. */
const maxAliases = 100;

/** A YAML file, and what is wrong in it. */
export class YamlFile implements Surroundings {
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
