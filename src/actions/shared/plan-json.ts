/** GitHub allows a job 1 MB of outputs, and counts two bytes a character. */
const maxCharacters = 480_000;

/**
 * Operations as `plan-json` holds them. Where they are too many for an output, unchanged ones are left out first, then
 * others, each time from the end; `warn` is told so.
 */
export function planJson(
  operations: readonly { readonly action: string }[],
  warn: (line: string) => void,
): string {
  const pieces = operations.map((operation) => ({ ...operation, json: JSON.stringify(operation) }));
  const leaveOut = new Set<object>();
  let characters = pieces.reduce((sum, { json }) => sum + json.length + 1, 2);
  const isKept = ({ action }: { readonly action: string }): boolean => action === 'keep';
  const inOrder = [...pieces.filter(isKept).reverse(), ...pieces.filter((one) => !isKept(one)).reverse()];
  for (const piece of inOrder) {
    if (characters <= maxCharacters) break;
    leaveOut.add(piece);
    characters -= piece.json.length + 1;
  }
  if (leaveOut.size > 0) {
    warn(
      `plan-json leaves out ${leaveOut.size} of ${pieces.length} operations, unchanged ones first, since GitHub allows outputs of 1 MB. The counts and the log are complete.`,
    );
  }
  const shown = pieces.filter((piece) => !leaveOut.has(piece)).map(({ json }) => json);
  return `[${shown.join(',')}]`;
}
