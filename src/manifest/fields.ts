import { orNear } from '../names/did-you-mean.ts';
import { quoted, type Value } from './value.ts';

/** The fields of a mapping. `what` is read, in words: `a process`. Undefined when it is no mapping, which is noted. */
export function readFields(value: Value, what: string, keys: readonly string[]): Fields | undefined {
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
