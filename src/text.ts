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

/** A value as a message quotes it: in quotation marks, or only its length where it is too long to be quoted whole. */
export function quoted(text: string, longest = 80): string {
  return text.length > longest ? `a text of ${text.length} characters` : JSON.stringify(text);
}

/** Control and format characters (which reorder text on the screen), line and paragraph separators. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text on one line, with everything in it to be seen: line breaks and control characters are spelled out. */
export function visible(text: string): string {
  return text.replace(invisible, escaped);
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return ' ';
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}
