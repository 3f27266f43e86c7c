/**
 * A text as it is shown where room is short. It is cut between words only: a secret holds no white space, so it is shown
 * whole, which the log and the summary redact, or not at all. They would not know a part of it.
 */
export function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const words = text
    .slice(0, longest + 1)
    .replace(/\S*$/, '')
    .trimEnd();
  return words === '' ? `a text of ${text.length} characters` : `${words}…`;
}

/** `1 change`, `3 changes`. */
export function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `a, b and 3 more`: the first so many. */
export function firstOf(texts: readonly string[], most: number, between = ', '): string {
  const more = texts.length - most;
  return `${texts.slice(0, most).join(between)}${more > 0 ? ` and ${more} more` : ''}`;
}

/** More lines than these are not read in a message. */
export const maxLines = 20;

/** The first as the lines of a list. Its last line is `- and 3 more`, with `rest` after it. */
export function bullets(texts: readonly string[], rest = ''): string {
  const more = texts.length - maxLines;
  const shown = more > 0 ? [...texts.slice(0, maxLines), `and ${more} more${rest}`] : texts;
  return shown.map((text) => `- ${text}`).join('\n');
}

/** `true` and `false` as YAML writes them; undefined for anything else. */
export function yamlFlag(text: string): boolean | undefined {
  if (/^(true|True|TRUE)$/.test(text)) return true;
  return /^(false|False|FALSE)$/.test(text) ? false : undefined;
}

/** What `yes` and `0` mean where only `true` and `false` are allowed; other words as they are. */
export function meantFlag(word: string): string {
  if (/^(yes|y|on|1)$/i.test(word)) return 'true';
  return /^(no|n|off|0)$/i.test(word) ? 'false' : word;
}

/** A whole number in plain digits; undefined for anything else. */
export function wholeNumberOf(text: string): number | undefined {
  return /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : undefined;
}

/** A value as a message quotes it: in quotation marks, or only its length where it is too long to be quoted whole. */
export function quoted(text: string, longest = 80): string {
  return text.length > longest ? `a text of ${text.length} characters` : JSON.stringify(text);
}

/**
 * Characters that a reader does not see as themselves: controls, formats, unassigned and private ones, lone surrogates, all
 * white space but the ASCII space, what fonts leave out, marks that are drawn over another character, signs that are blank.
 */
const invisible = /(?! )[\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}\u{13441}\u{13442}]/gu;

/** Text on one line in which everything can be seen: `\n`, `\u200b`. */
export function visible(text: string): string {
  return text.replace(invisible, spelledOut);
}

/** A character that a reader does not see, and where it stands, counted in characters from 1. */
export interface Invisible {
  /** `\u200b`. */
  readonly spelled: string;
  readonly position: number;
}

/** All characters of a text that a reader does not see as themselves. */
export function invisibleIn(text: string): readonly Invisible[] {
  return [...text.matchAll(invisible)].map(({ 0: character, index }) => ({
    spelled: spelledOut(character),
    position: [...text.slice(0, index)].length + 1,
  }));
}

function spelledOut(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
}

/** The characters of a text outside ASCII, each once: some look like a letter of ASCII and are another. */
export function beyondAscii(text: string): readonly string[] {
  return [...new Set(text.match(/[^\0-\x7f]/gu))];
}
