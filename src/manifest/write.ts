import { type Identity, keyOf } from '../converge/identity.ts';
import { quoted } from '../text.ts';

/** A place as it goes into a manifest. */
export interface WrittenPlace {
  /** The name or id by which the manifest names it. */
  readonly name: string;
  readonly processes: readonly Readonly<Record<string, unknown>>[];
}

/**
 * A manifest as text, one line for each note, without a blank line. Written here, in a few rules that hold in YAML 1.1 and
 * 1.2: to load a library for it takes half as long as the rest of a step.
 */
export function writeManifest(
  root: 'instances' | 'servers',
  places: readonly WrittenPlace[],
  { schemaUrl, notes }: { readonly schemaUrl: string; readonly notes: readonly string[] },
): string {
  const lines = [
    `# yaml-language-server: $schema=${schemaUrl}`,
    ...notes.map((note) => `# ${plain(note)}`),
    `${root}:`,
    ...places.flatMap(({ name, processes }) => [
      `  ${scalar(name)}:${processes.length === 0 ? ' []' : ''}`,
      ...processes.flatMap((process) =>
        fieldLines(process).map((line, index) => `    ${index === 0 ? '-' : ' '} ${line}`),
      ),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function fieldLines(fields: object): string[] {
  return Object.entries(fields).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null
      ? [`${name}:`, ...fieldLines(value).map((line) => `  ${line}`)]
      : [`${name}: ${scalar(value)}`],
  );
}

/** Words that some reader of YAML takes for a flag, a number or nothing. */
const taken = /^(?:y|yes|n|no|on|off|true|false|null|nan|inf)$/i;
/** Text that needs no quotation marks: what could start or end anything else is not in it. */
const plainText = /^[a-z/][\w./=:,@+ -]*$/i;

function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  const isPlain = plainText.test(value) && !taken.test(value) && !/:(?: |$)| {2}| $/.test(value);
  // JSON's escapes are YAML's, too.
  return isPlain ? value : JSON.stringify(value).replace(unseen, escaped);
}

/** Characters that are not seen, or that some take for the end of a line. */
const unseen = /[\p{C}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  return `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`;
}

/** Can a manifest name a place so? A name with what is not seen is better given as an id. */
export function isPlainName(name: string): boolean {
  return name.trim() !== '' && name.length <= 200 && name.search(unseen) === -1;
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
function plain(text: string): string {
  return text.replace(unseen, ' ').replace(/ +/g, ' ');
}

/** A name in a note. */
export function named(name: string): string {
  return plain(quoted(name));
}
