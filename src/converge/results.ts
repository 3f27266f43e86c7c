import type { Changes } from './changes.ts';
import type { Existing } from './listing.ts';
import type { Action, Operation } from './plan.ts';

/** The outcome of an operation, real or planned. */
export type Outcome = 'created' | 'updated' | 'replaced' | 'deleted' | 'unchanged' | 'undeclared';

export const outcomeOf = {
  create: 'created',
  update: 'updated',
  replace: 'replaced',
  delete: 'deleted',
  keep: 'unchanged',
  undeclared: 'undeclared',
} as const satisfies Record<Action, Outcome>;

/** The number of processes with each outcome, and of changes that were not made. */
export type Counts = Readonly<Record<Outcome | 'undone', number>>;

export function countsOf(rows: readonly { readonly outcome: Outcome | undefined }[]): Counts {
  const counts = { created: 0, updated: 0, replaced: 0, deleted: 0, unchanged: 0, undeclared: 0, undone: 0 };
  for (const { outcome } of rows) counts[outcome ?? 'undone']++;
  return counts;
}

export function sumOf(all: readonly Counts[]): Counts {
  const sum = { ...countsOf([]) };
  const kinds = [...Object.values(outcomeOf), 'undone'] as const;
  for (const counts of all) for (const kind of kinds) sum[kind] += counts[kind];
  return sum;
}

/** Returns the number of changes, made or planned. */
export function changesIn({ created, updated, replaced, deleted }: Counts): number {
  return created + updated + replaced + deleted;
}

/** The words for changes, the most important first. */
const words = [
  ['deleted', 'to delete'],
  ['replaced', 'to replace'],
  ['updated', 'to update'],
  ['created', 'to create'],
] as const satisfies readonly (readonly [Outcome, string])[];

/** Returns the number of changes not made, of all changes: `2 of 3 changes not made`. */
export function undoneText(counts: Counts): string {
  const changes = changesIn(counts) + counts.undone;
  return `${counts.undone} of ${changes} ${changes === 1 ? 'change' : 'changes'} not made`;
}

/** Returns the counts without zeros: `2 to delete, 1 to create`, `1 created, 1 of 2 changes not made`. */
export function countsText(counts: Counts, kind: 'planned' | 'done'): string {
  const changes = words.flatMap(([done, planned]) =>
    counts[done] === 0 ? [] : [`${counts[done]} ${kind === 'planned' ? planned : done}`],
  );
  if (counts.undone > 0) changes.push(undoneText(counts));
  const others = counts.undeclared === 0 ? [] : [`${counts.undeclared} not in the manifest`];
  return [...(changes.length === 0 ? ['nothing to change'] : changes), ...others].join(', ');
}

export interface OperationResult<S = unknown, P extends Existing = Existing> {
  readonly operation: Operation<S, P>;
  /** `failed`: started; `outcome` is `created` if a new process exists nevertheless. `not-done`: wrote nothing. */
  readonly status: 'done' | 'failed' | 'not-done';
  /** The real outcome, which may differ from the plan after a race. */
  readonly outcome: Outcome | undefined;
  /** The process as last read; a deleted one as it was. */
  readonly process: P | undefined;
  readonly changes: Changes;
  /** True if a parallel run has created it at the same moment. */
  readonly madeByOther?: true | undefined;
  /** The error as a whole message. */
  readonly error?: string | undefined;
  /** The error without the name of the process, which stands beside it. */
  readonly why?: string | undefined;
}
