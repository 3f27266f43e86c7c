import * as v from 'valibot';
import { orNear } from '../names.ts';
import { invisibleIn, quoted, rangeText, trimmed, wholeNumberOf, yamlFlag } from '../text.ts';

// Schemas for declarations, with the message for each mistake. Inputs and manifests use the same schemas, so a mistake has
// the same message in both.

export interface Problem {
  /** The path of the value in the declaration: `['config', 'tries']`. */
  readonly path: readonly string[];
  readonly why: string;
  /** The path of the wrong key; undefined for a problem with the value at `path`. */
  readonly key?: readonly string[];
}

export interface Checked<T> {
  readonly value: T | undefined;
  readonly problems: readonly Problem[];
}

/** Checks a value against a schema, and collects the first problem of each path. */
export function check<T>(schema: v.GenericSchema<unknown, T>, input: unknown): Checked<T> {
  const problems: Problem[] = [];
  const known = withoutUnknown(schema, input, [], problems);
  if (known === undefined) return { value: undefined, problems };
  const result = v.safeParse(schema, known);
  const byPath = Map.groupBy(result.issues ?? [], ({ path = [] }) => path.map(({ key }) => key).join('\n'));
  for (const [issue] of byPath.values()) {
    if (issue === undefined) continue;
    const path = (issue.path ?? []).map(({ key }) => String(key));
    // A problem of two fields together is shown at the key of the field to remove.
    problems.push({ path, why: issue.message, ...(issue.type === 'partial_check' ? { key: path } : {}) });
  }
  return { value: result.success && problems.length === 0 ? result.output : undefined, problems };
}

/**
 * Returns the input without unknown keys. Notes each unknown key, and each value that should be a mapping: valibot
 * would report only the first.
 */
function withoutUnknown(
  schema: object,
  input: unknown,
  path: readonly string[],
  problems: Problem[],
): unknown {
  const mapping = mappingOf(schema);
  if (mapping === undefined) return input;
  const { wording, entries } = mapping;
  if (!isMapping(input)) {
    problems.push({ path, why: wording.notAMapping(kindOf(input)) });
    return undefined;
  }
  const known: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(input)) {
    const inner = Object.hasOwn(entries, key) ? entries[key] : undefined;
    if (inner === undefined) problems.push(wording.unknownKey(key, path));
    else {
      const kept = withoutUnknown(inner, value, [...path, key], problems);
      if (kept !== undefined) known[key] = kept;
    }
  }
  return known;
}

/** The messages for a value that should be a mapping, and for an unknown key. */
interface Wording {
  notAMapping(kind: string): string;
  unknownKey(key: string, path: readonly string[]): Problem;
}

interface Mapping {
  readonly wording: Wording;
  readonly entries: v.ObjectEntries;
}

/** The mappings by their entries, which a pipe shares with its schema. */
const mappings = new WeakMap<object, Mapping>();

/** Returns the mapping of a schema, also of an optional schema or a pipe; undefined for any other schema. */
function mappingOf(schema: object): Mapping | undefined {
  if ('wrapped' in schema) return mappingOf(Object(schema.wrapped));
  return 'entries' in schema ? mappings.get(Object(schema.entries)) : undefined;
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Makes a schema for a mapping with exactly these keys. `needed`: the text after `is needed`, by required key. */
export function mapping<const E extends v.ObjectEntries>(
  entries: E,
  wordingOf: (keys: readonly string[]) => Wording,
  needed?: Readonly<Partial<Record<keyof E & string, string>>>,
): v.StrictObjectSchema<E, v.ErrorMessage<v.StrictObjectIssue>> {
  mappings.set(entries, { wording: wordingOf(Object.keys(entries)), entries });
  const examples = new Map<string, unknown>(Object.entries(needed ?? {}));
  return v.strictObject(entries, ({ path }) => `is needed${examples.get(String(path?.[0]?.key)) ?? ''}`);
}

/**
 * Returns a function that makes the usual messages for known keys. `one`: the mapping in words, such as `a process`.
 * `hintFor`: returns a hint for a key that is often written by mistake.
 */
export function named(
  one: string,
  hintFor: (key: string) => string | undefined = () => undefined,
): (keys: readonly string[]) => Wording {
  return (keys) => ({
    notAMapping: (kind) => `${one} must be a mapping with ${keys.join(', ')}, not ${kind}`,
    unknownKey: (key, path) => {
      const hint = hintFor(key);
      const why = `${quoted(key)} is not a key of ${one}; the keys are ${keys.join(', ')}`;
      return {
        path,
        why: hint === undefined ? orNear(why, key, keys) : `${why}. ${hint}`,
        key: [...path, key],
      };
    },
  });
}

export function choice<const W extends readonly [string, ...string[]]>(words: W) {
  return v.picklist(words, ({ input }) =>
    orNear(`must be ${words.join(' or ')}, not ${kindOf(input)}`, wordOf(input), words),
  );
}

/** Returns the written word or number; empty for other values. */
function wordOf(input: unknown): string {
  return typeof input === 'string' || typeof input === 'number' ? String(input) : '';
}

export function wholeNumber({ min, max }: { readonly min: number; readonly max?: number }) {
  const span = rangeText({ min, max });
  const why = ({ input }: { readonly input: unknown }): string => {
    const isQuoted = typeof input === 'string' && wholeNumberOf(input) !== undefined;
    return `must be a whole number ${span}${isQuoted ? withoutQuotes(input) : `, ${notThis(input)}`}`;
  };
  return v.pipe(
    v.number(why),
    v.safeInteger(why),
    v.minValue(min, why),
    v.maxValue(max ?? Number.MAX_SAFE_INTEGER, why),
  );
}

export function flag() {
  return v.boolean(({ input }) => {
    if (typeof input === 'string' && yamlFlag(input) !== undefined)
      return `must be true or false${withoutQuotes(input)}`;
    return `must be true or false, ${notThis(input)}`;
  });
}

/** For text in place of a number or a flag. The summary shows quoted text as code without quotes: `not "2"` as `not 2`. */
function withoutQuotes(input: string): string {
  return `; remove the quotes around ${quoted(input)}`;
}

/** Makes a schema for a text of one line. Trims white space. `problemOf`: a further check. */
export function line(example: string, problemOf: (text: string) => string | undefined = () => undefined) {
  return v.pipe(
    v.string(({ input }) => notText(example, input)),
    v.transform(trimmed),
    v.nonEmpty(`must be text such as ${example}, not ""; leave it out instead`),
    v.rawCheck(({ dataset, addIssue }) => {
      const why = dataset.typed ? (lineProblem(dataset.value) ?? problemOf(dataset.value)) : undefined;
      if (why !== undefined) addIssue({ message: why });
    }),
  );
}

/** `not "high"`, `not nothing; leave it out to keep the current value`. */
function notThis(input: unknown): string {
  return input === null ? 'not nothing; leave it out to keep the current value' : `not ${kindOf(input)}`;
}

function notText(example: string, input: unknown): string {
  if (typeof input === 'number' || typeof input === 'boolean')
    return `must be text: put it in quotation marks, ${quoted(String(input))}`;
  if (!Array.isArray(input)) return `must be text such as ${example}, ${notThis(input)}`;
  const items: readonly unknown[] = input;
  const takesSeveral = example.includes(',');
  const joined = items.every((item) => typeof item === 'string') ? items.join(takesSeveral ? ',' : ' ') : '';
  const shown = joined === '' || joined.length > 80 ? example : quoted(joined);
  return `must be ${takesSeveral ? 'text, with commas for several' : 'one text'}: ${shown}, not a list`;
}

/** Returns the reason why a text cannot be used as a line; undefined if it can. */
export function lineProblem(text: string): string | undefined {
  if (/[\r\n]/.test(text)) return 'must be one line; in YAML, >- folds several lines into one';
  if (!text.isWellFormed()) return 'is not valid Unicode';
  const characters = [...text];
  const unseen = invisibleIn(text).find(({ position }) => !isSeen(characters[position - 1] ?? ''));
  return unseen === undefined
    ? undefined
    : `contains an invisible character, ${unseen.spelled} (${characterName(unseen.spelled)}), at position ${unseen.position}: retype it with normal spaces`;
}

/** True for a character of `invisibleIn` that a reader sees: a tab, a combining accent or vowel sign. */
function isSeen(character: string): boolean {
  return character === '\t' || /(?!\p{Default_Ignorable_Code_Point})\p{M}/u.test(character);
}

const names: Readonly<Record<string, string>> = {
  '\\u0000': 'null',
  '\\u00a0': 'no-break space',
  '\\u00ad': 'soft hyphen',
  '\\u200b': 'zero-width space',
  '\\u200c': 'zero-width non-joiner',
  '\\u200d': 'zero-width joiner',
  '\\u200e': 'left-to-right mark',
  '\\u200f': 'right-to-left mark',
  '\\u202e': 'right-to-left override',
  '\\u202f': 'narrow no-break space',
  '\\u2060': 'word joiner',
  '\\u2800': 'blank Braille pattern',
  '\\u3000': 'ideographic space',
  '\\ufe0f': 'variation selector',
  '\\ufeff': 'byte order mark',
};

/** Returns the Unicode name of a character, or its kind. */
function characterName(spelled: string): string {
  const code = Number.parseInt(spelled.replace(/^\\u|[{}]/g, ''), 16);
  const character = Number.isNaN(code) ? '' : String.fromCodePoint(code);
  if (/\p{Z}/u.test(character)) return names[spelled] ?? 'a kind of space';
  return names[spelled] ?? (/\p{Cc}/u.test(character) ? 'a control character' : 'an invisible character');
}

/** Returns the problem with a command that YAML has folded from continued lines; undefined if there is none. */
export function continuedLine(command: string): string | undefined {
  const outside = command.replace(/'[^']*'|"(?:\\.|[^"\\])*"|\\[^ \t]/g, '""');
  return /(^|[ \t])\\[ \t]/.test(outside)
    ? 'holds a backslash between blanks, which is left of a line that was continued; in YAML, >- joins lines by itself, so remove the backslashes'
    : undefined;
}

/** Returns a value as text for a message: `nothing`, `a list`, `"high"`. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? quoted(value) : String(value);
}
