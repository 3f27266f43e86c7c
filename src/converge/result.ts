import type { Changes } from './changes.ts';
import type { Outcome } from './counts.ts';
import type { Existing } from './listing.ts';
import type { Operation } from './plan.ts';

export interface OperationResult<S = unknown, P extends Existing = Existing> {
  readonly operation: Operation<S, P>;
  /** `failed` was begun, and `outcome` says whether the process exists all the same; `not-done` was not begun. */
  readonly status: 'done' | 'failed' | 'not-done';
  /** What was really done, which a racing run can make differ from what was planned. */
  readonly outcome: Outcome | undefined;
  /** The process as last known; a deleted one as it was. */
  readonly process: P | undefined;
  readonly changes: Changes;
  /** Another run has created it at the same moment. */
  readonly madeByOther?: true | undefined;
  /** Why it is not done, as a message of its own. */
  readonly error: string | undefined;
  /** The error for a reader who sees beside it which process it is about. */
  readonly why: string | undefined;
}
