import { changesIn, countsOf } from '../../converge/results.ts';
import type { PlanRow } from '../../converge/text.ts';
import type { Outputs } from '../../runner/step.ts';

/** Returns the outputs of a plan (`planned`) or of its result (`done`). */
export function planOutputs(
  rows: readonly PlanRow[],
  kind: 'planned' | 'done',
  warn: (line: string) => void,
): Outputs {
  const counts = countsOf(rows);
  const { created, updated, replaced, deleted, unchanged, undeclared } = counts;
  const declared = rows.filter(({ action }) => action !== 'delete' && action !== 'undeclared');
  const changed = kind === 'planned' ? 'would-change' : 'changed';
  return {
    outcome: changesIn(counts) > 0 ? changed : 'unchanged',
    created: String(created),
    // A replacement is how Forge changes a process.
    updated: String(updated + replaced),
    deleted: String(deleted),
    unchanged: String(unchanged),
    undeclared: String(undeclared),
    'plan-json': planJson(rows.map(reported), warn),
    'ids-json': JSON.stringify(declared.map(({ processId }) => processId ?? null)),
  };
}

/** Returns a row of `plan-json`, without any cut. */
function reported({ action, particulars, identity, processId, changes, status, error }: PlanRow) {
  return {
    action,
    ...particulars,
    identity,
    /** Null if there is no process yet. */
    process_id: processId ?? null,
    changes,
    status,
    error: error ?? null,
  };
}

/** The limit for `plan-json`. GitHub allows a job 1 MB of outputs, and counts two bytes for each character. */
const maxCharacters = 480_000;

/**
 * Returns `plan-json`. If the text is too long for an output, leaves out unchanged processes first, then others, both
 * from the end, and calls `warn`.
 */
export function planJson(
  operations: readonly { readonly action: string }[],
  warn: (line: string) => void,
): string {
  const pieces = operations.map((operation) => ({ ...operation, json: JSON.stringify(operation) }));
  const leaveOut = new Set<object>();
  let characters = pieces.reduce((sum, { json }) => sum + json.length + 1, 2);
  const rankOf = ({ action }: { readonly action: string }): number => (action === 'keep' ? 0 : 1);
  for (const piece of pieces.toReversed().sort((a, b) => rankOf(a) - rankOf(b))) {
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
