import type { Changes } from './changes.ts';
import type { Outcome } from './counts.ts';
import type { Existing } from './listing.ts';
import type { Operation } from './plan.ts';

/** What became of one operation of a plan. */
export interface OperationResult<S = unknown, P extends Existing = Existing> {
  readonly operation: Operation<S, P>;
  /** `failed` may have left something behind, which `error` tells; `not-done` has not been begun. */
  readonly status: 'done' | 'failed' | 'not-done';
  /** What was really done, which a racing run can make differ from what was planned. */
  readonly outcome: Outcome | undefined;
  /** The process as last known; a deleted one as it was. */
  readonly process: P | undefined;
  readonly changes: Changes;
  readonly error: string | undefined;
}
