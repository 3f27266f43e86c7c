import type { Aged } from '../../converge/listing.ts';
import { type Counts, changesIn, countsOf, type Operation } from '../../converge/plan.ts';
import { doneCounts, type OperationResult } from '../../converge/result.ts';
import type { Outputs } from '../../runner/step.ts';

/** What `plan-json` tells of an operation besides what all services have in common: where it is, and of what type. */
export type Particulars<S, P extends Aged> = (operation: Operation<S, P>) => Readonly<Record<string, string>>;

interface Telling<S, P extends Aged> {
  readonly particularsOf: Particulars<S, P>;
  warn(line: string): void;
}

/** The outputs of a dry run: what would be. */
export function plannedOutputs<S, P extends Aged>(
  operations: readonly Operation<S, P>[],
  telling: Telling<S, P>,
): Outputs {
  const rows = operations.map((operation) => ({
    operation,
    process: 'process' in operation ? operation.process : undefined,
    status: 'planned',
    error: undefined,
  }));
  return outputsOf(countsOf(operations), 'would-change', rows, telling);
}

/** The outputs of a run: what was really done. */
export function doneOutputs<S, P extends Aged>(
  results: readonly OperationResult<S, P>[],
  telling: Telling<S, P>,
): Outputs {
  return outputsOf(doneCounts(results), 'changed', results, telling);
}

interface Row<S, P extends Aged> {
  readonly operation: Operation<S, P>;
  readonly process: P | undefined;
  readonly status: string;
  readonly error: string | undefined;
}

function outputsOf<S, P extends Aged>(
  counts: Counts,
  changed: 'changed' | 'would-change',
  rows: readonly Row<S, P>[],
  { particularsOf, warn }: Telling<S, P>,
): Outputs {
  const operations = rows.map((row) => reported(row, particularsOf));
  const declared = operations.filter(({ action }) => action !== 'delete' && action !== 'undeclared');
  return {
    outcome: changesIn(counts) > 0 ? changed : 'unchanged',
    ...Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)])),
    'plan-json': planJson(operations, warn),
    'ids-json': JSON.stringify(declared.map(({ process_id }) => process_id)),
  };
}

/** An operation as `plan-json` holds it. */
function reported<S, P extends Aged>(
  { operation, process, status, error }: Row<S, P>,
  particularsOf: Particulars<S, P>,
) {
  const planned = 'process' in operation ? operation.process.id : null;
  return {
    action: operation.action,
    ...particularsOf(operation),
    identity: operation.subject,
    /** Null as long as there is no process. */
    process_id: process?.id ?? planned,
    changes: 'changes' in operation ? operation.changes : {},
    status,
    error: error ?? null,
  };
}

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
