import { Scalar, stringify } from 'yaml';
import { type Identity, keyOf } from '../processes/candidates.ts';
import { quoted } from '../shorten.ts';

/** A place as it goes into a manifest. */
export interface WrittenPlace {
  /** The name or id by which the manifest names it. */
  readonly name: string;
  readonly processes: readonly Readonly<Record<string, unknown>>[];
}

/**
 * A manifest as text, one line for each note, without a blank line. Whatever the texts are, what reads it gets them back:
 * by the rules of YAML 1.1, too.
 */
export function writeManifest(
  root: 'instances' | 'servers',
  places: readonly WrittenPlace[],
  { schemaUrl, notes }: { readonly schemaUrl: string; readonly notes: readonly string[] },
): string {
  const named = new Map(places.map(({ name, processes }) => [name, processes]));
  const body = stringify(new Map([[root, named]]), quoteUnseen, {
    compat: 'yaml-1.1',
    lineWidth: 0,
    blockQuote: false,
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
    aliasDuplicateObjects: false,
  });
  const head = [`# yaml-language-server: $schema=${schemaUrl}`, ...notes.map((note) => `# ${note}`)];
  return `${head.join('\n')}\n${body.replace(unseen, escaped)}`;
}

/** Characters that are not seen, or that some take for the end of a line; the ends of lines themselves aside. */
const unseen = /[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu;

/** Only between double quotes are there escapes. */
function quoteUnseen(_key: unknown, value: unknown): unknown {
  if (typeof value !== 'string' || !/[\p{C}\p{Zl}\p{Zp}]/u.test(value)) return value;
  const scalar = new Scalar(value);
  scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}

function escaped(character: string): string {
  return `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`;
}

/** Can a manifest name a place so? A name with what is not seen is better given as an id. */
export function isPlainName(name: string): boolean {
  return name.trim() !== '' && name.length <= 200 && !/[\p{C}\p{Zl}\p{Zp}]/u.test(name);
}

/** What one process becomes: its fields, or why it cannot be declared. */
export type Declarable = { readonly fields: Readonly<Record<string, unknown>> } | { readonly why: string };

/** What a place's processes become. Of several that a declaration could not tell apart, none is declared. */
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
        `Left out on ${where}: ${[first, ...twins].map(({ id }) => id).join(', ')} (${plain(rules.describe(first))}): ${why}.`,
      );
    if ('why' in result) left(result.why);
    else if (twins.length > 0)
      left(
        `a declaration cannot tell ${twins.length + 1} alike apart; delete what is not wanted and export again, since prune would delete all of them`,
      );
    else declared.push(result.fields);
  }
  return { declared, notes };
}

/** A text that stays on the line of its comment. */
export function plain(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** A name in a note. */
export function named(name: string): string {
  return plain(quoted(name));
}
