import type { Changes } from './changes.ts';
import type { Outcome } from './counts.ts';
import type { Existing } from './listing.ts';
import type { Operation } from './plan.ts';

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
  readonly error: string | undefined;
  /** The error without the name of the process, which stands beside it. */
  readonly why: string | undefined;
}
