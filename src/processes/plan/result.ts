import { Failure } from '../../failure.ts';
import type { Changes } from '../drift.ts';
import type { ExistingProcess } from '../existing.ts';
import { type Counts, type Operation, subjectOf } from './plan.ts';

/** What became of one operation of a plan. */
export interface OperationResult {
  readonly operation: Operation;
  /** `failed` may have left something behind, which `error` tells; `not-done` has not been begun. */
  readonly status: 'done' | 'failed' | 'not-done';
  /** What was really done, which a racing run can make differ from what was planned. */
  readonly outcome: 'created' | 'updated' | 'deleted' | 'unchanged' | undefined;
  /** The process as last known; a deleted one as it was. */
  readonly process: ExistingProcess | undefined;
  readonly changes: Changes;
  readonly error: string | undefined;
  /** Other processes of the same identity that racing runs have made and not removed. */
  readonly others: readonly ExistingProcess[];
}

/** One error for everything that was not done; undefined when all was. */
export function convergeFailure(what: string, results: readonly OperationResult[]): Failure | undefined {
  const undone = results.filter(({ status }) => status !== 'done');
  if (undone.length === 0) return undefined;
  const lines = undone
    .slice(0, maxLines)
    .map(
      ({ operation, status, error }) =>
        `- ${status}: ${operation.action} ${subjectOf(operation)} on ${operation.instance.name}: ${error}`,
    );
  if (undone.length > maxLines) lines.push(`- and ${undone.length - maxLines} more, in plan-json`);
  return new Failure({
    what,
    why: `${undone.length} of ${results.length} operations were not done\n${lines.join('\n')}\nDone: ${describeDone(results)}`,
    fix: 'Run the job again: what is done stays as it is. It takes effect with the environment’s next deploy',
  });
}

const maxLines = 20;

/** How many of each was really done. */
export function doneCounts(results: readonly OperationResult[]): Counts {
  const count = (outcome: OperationResult['outcome']) =>
    results.filter((result) => result.outcome === outcome).length;
  return {
    created: count('created'),
    updated: count('updated'),
    deleted: count('deleted'),
    unchanged: count('unchanged'),
  };
}

/** `2 created, 1 updated, 0 deleted, 3 unchanged`. */
export function describeDone(results: readonly OperationResult[]): string {
  const { created, updated, deleted, unchanged } = doneCounts(results);
  return `${created} created, ${updated} updated, ${deleted} deleted, ${unchanged} unchanged`;
}
