/** Control and format characters (which reorder text on the screen), line and paragraph separators. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Text from outside as one line of log that stays text. The runner takes a line that starts with `::` and, in its
 * older form, `##[` anywhere in a line as a command.
 */
export function escapeForLog(text: string): string {
  return visible(text)
    .replaceAll('##[', '## [')
    .replace(/^(\s*):(?=:)/, '$1: ');
}

/** Text on one line, with everything in it to be seen: line breaks and control characters are spelled out. */
export function visible(text: string): string {
  return text.replace(invisible, escaped);
}

/** Like `escapeForLog`, but line breaks stay: for messages whose command escapes them itself. */
export function escapeLinesForLog(text: string): string {
  return text.split('\n').map(escapeForLog).join('\n');
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return ' ';
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}
