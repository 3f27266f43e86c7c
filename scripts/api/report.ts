/** The largest number of lines, and of characters in each: an issue may have 65,536 characters. */
const most = 100;
const longest = 200;

/**
 * Returns the text of the issue about unknown differences; empty if there are none. Quotations are text from outside:
 * they stand in a code block, in printable ASCII and without a backtick.
 */
export function report(found: readonly string[], known: readonly string[]): string {
  const fresh = found.filter((line) => !known.includes(line));
  const over = known.filter((line) => !found.includes(line));
  if (fresh.length + over.length === 0) return '';
  return [
    'The OpenAPI documents of Laravel Cloud or Laravel Forge differ from the contracts in `test/contract`, which the emulator and the tests use.',
    ...section('New', fresh, 'Look whether the actions still work, and correct them and the contract.'),
    ...section('Over', over, 'Remove these lines from `test/contract/known-differences.txt`.'),
    'A difference that is right as it is belongs in `test/contract/known-differences.txt`, as it stands here. This issue is kept up to date by the workflow *API watch*, and closed when nothing differs.',
  ].join('\n\n');
}

function section(title: string, lines: readonly string[], whatToDo: string): string[] {
  if (lines.length === 0) return [];
  const more = lines.length > most ? [`... and ${lines.length - most} more`] : [];
  const shown = [...lines.slice(0, most).map(plain), ...more];
  return [`### ${title}`, whatToDo, `\`\`\`text\n${shown.join('\n')}\n\`\`\``];
}

function plain(line: string): string {
  const ascii = line.replace(/[^ -_a-~]/gu, (letter) => `\\u{${letter.codePointAt(0)?.toString(16)}}`);
  return ascii.length > longest ? `${ascii.slice(0, longest)}...` : ascii;
}
