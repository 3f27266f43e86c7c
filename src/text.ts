/**
 * Cuts a text between words only. A secret holds no white space, so it stays whole or disappears. The log and the
 * summary redact a whole secret, but would not recognize a short part of one.
 */
export function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const words = text
    .slice(0, longest + 1)
    .replace(/\S*$/, '')
    .trimEnd();
  return words === '' ? `a text of ${text.length} characters` : `${words}…`;
}

export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `1 change`, `3 changes`. */
export function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `1 background process`, `3 background processes`. */
export function processCount(count: number): string {
  return counted(count, 'background process', 'background processes');
}

/** Returns the first `most` texts, and the number of the others: `a, b and 3 more`. */
export function firstOf(texts: readonly string[], most: number, between = ', '): string {
  const more = texts.length - most;
  return `${texts.slice(0, most).join(between)}${more > 0 ? ` and ${more} more` : ''}`;
}

/** The most lines of a list in a message: nobody reads more. */
export const maxLines = 20;

/** Returns the first `maxLines` texts as a list. If there are more, it ends with `- and 3 more` and `rest`. */
export function bullets(texts: readonly string[], rest = ''): string {
  const more = texts.length - maxLines;
  const shown = more > 0 ? [...texts.slice(0, maxLines), `and ${more} more${rest}`] : texts;
  return shown.map((text) => `- ${text}`).join('\n');
}

/** Returns a single text as it is, and several as a list on lines of their own. */
export function oneOrList(texts: readonly string[]): string {
  return texts.length === 1 ? texts.join('') : `\n${texts.map((text) => `- ${text}`).join('\n')}\n`;
}

/** Reads `true` or `false` as YAML spells them (`True`, `TRUE`); undefined for any other text. */
export function yamlFlag(text: string): boolean | undefined {
  if (/^(true|True|TRUE)$/.test(text)) return true;
  return /^(false|False|FALSE)$/.test(text) ? false : undefined;
}

/** Reads a whole number in plain digits; undefined for any other text. */
export function wholeNumberOf(text: string): number | undefined {
  return /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : undefined;
}

/** `from 1 to 10`, `of at least 1`. */
export function rangeText({ min, max }: { readonly min: number; readonly max?: number | undefined }): string {
  return max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
}

/** Removes spaces, tabs and line breaks around a text. Other white space stays, since `lineProblem` refuses it. */
export function trimmed(text: string): string {
  return text.replace(/^[ \t\r\n]+|(?<![ \t\r\n])[ \t\r\n]+$/g, '');
}

/** Quotes a value for a message. A text of more than 80 characters becomes `a text of 120 characters`. */
export function quoted(text: string): string {
  return text.length > 80 ? `a text of ${text.length} characters` : JSON.stringify(text);
}

/** Returns the forms of a text within a JSON text. PHP escapes slashes, too. */
export function jsonForms(text: string): readonly string[] {
  const form = JSON.stringify(text).slice(1, -1);
  return [form, form.replaceAll('/', '\\/')];
}

/**
 * Characters that a reader cannot see or recognize: control, format, unassigned and private-use characters, lone
 * surrogates, white space other than the ASCII space, ignorable characters, combining marks, and blank signs.
 */
const invisible = /(?! )[\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}\u{13441}\u{13442}]/gu;

/** Replaces each invisible character by its escape, so that the text is one line: `\n`, `\u200b`. */
export function visible(text: string): string {
  return text.replace(invisible, spelledOut);
}

/** An invisible character of a text, and its position, counted in characters from 1. */
export interface Invisible {
  /** `\u200b`. */
  readonly spelled: string;
  readonly position: number;
}

/** Returns all invisible characters of a text. */
export function invisibleIn(text: string): readonly Invisible[] {
  return [...text].flatMap((character, index) =>
    character.search(invisible) === -1 ? [] : [{ spelled: spelledOut(character), position: index + 1 }],
  );
}

function spelledOut(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
}

/** Returns the characters of a text outside ASCII, each once: some of them look like an ASCII letter. */
export function beyondAscii(text: string): readonly string[] {
  return [...new Set(text.match(/[^\0-\x7f]/gu))];
}
