import { Failure } from '../failure.ts';
import type { Changes } from './changes.ts';
import type { Aged } from './listing.ts';
import { type Counts, kept, type Operation } from './plan.ts';

/** What became of one operation of a plan. */
export interface OperationResult<S = unknown, P extends Aged = Aged> {
  readonly operation: Operation<S, P>;
  /** `failed` may have left something behind, which `error` tells; `not-done` has not been begun. */
  readonly status: 'done' | 'failed' | 'not-done';
  /** What was really done, which a racing run can make differ from what was planned. */
  readonly outcome: 'created' | 'updated' | 'replaced' | 'deleted' | 'unchanged' | 'undeclared' | undefined;
  /** The process as last known; a deleted one as it was. */
  readonly process: P | undefined;
  readonly changes: Changes;
  readonly error: string | undefined;
}

/** One error for everything that was not done; undefined when all was. `whenLive` says when what was done takes effect. */
export function convergeFailure(
  what: string,
  results: readonly OperationResult[],
  whenLive: string,
): Failure | undefined {
  const undone = results.filter(({ status }) => status !== 'done');
  if (undone.length === 0) return undefined;
  const lines = undone
    .slice(0, maxLines)
    .map(
      ({ operation: { action, subject, place }, status, error }) =>
        `- ${status}: ${action} ${subject} on ${place.name}: ${error}`,
    );
  if (undone.length > maxLines) lines.push(`- and ${undone.length - maxLines} more, in plan-json`);
  return new Failure({
    what,
    why: `${undone.length} of ${results.length} operations were not finished\n${lines.join('\n')}\nDone: ${describeDone(results)}`,
    fix: ['Run the job again: what is done stays as it is', whenLive]
      .filter((part) => part !== '')
      .join('. '),
  });
}

const maxLines = 20;

/** How many of each was really done. */
export function doneCounts(results: readonly OperationResult[]): Counts {
  const count = (...outcomes: readonly OperationResult['outcome'][]) =>
    results.filter(({ outcome }) => outcomes.includes(outcome)).length;
  return {
    created: count('created'),
    updated: count('updated', 'replaced'),
    deleted: count('deleted'),
    unchanged: count('unchanged'),
    undeclared: count('undeclared'),
  };
}

/** `2 created, 1 updated, 0 deleted, 3 unchanged, 1 undeclared`. */
export function describeDone(results: readonly OperationResult[]): string {
  const { created, updated, deleted, unchanged, undeclared } = doneCounts(results);
  return `${created} created, ${updated} updated, ${deleted} deleted, ${unchanged} unchanged${kept(undeclared)}`;
}
