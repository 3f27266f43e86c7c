import type { Existing } from '../converge/listing.ts';
import { deleteFailure, type RemovalResult } from '../converge/remove.ts';
import { Failure } from '../failure.ts';
import type { Step } from '../runner/step.ts';

/** The output `outcome`; empty if every deletion failed. */
export type DeleteOutcome = 'deleted' | 'absent' | 'would-delete' | '';

/** The processes to delete, with the functions that delete and show them. */
interface ToDelete<P extends Existing> {
  readonly found: readonly P[];
  /** The process in words: `worker on queue high`. */
  readonly what: string;
  /** The place in words: ` on App`; empty if the name is unknown. */
  readonly on: string;
  /** The inputs that name the process. */
  readonly names: string;
  remove(): Promise<RemovalResult<P>>;
  show(outcome: DeleteOutcome, processes: readonly P[]): void;
}

/**
 * Deletes processes, except in a dry run, and sets the outputs. Throws a `Failure` if a deletion fails, or if there is no
 * process and `if-missing` is `fail`.
 */
export async function deleteFound<P extends Existing>(
  step: Step,
  { dryRun, ifMissing }: { readonly dryRun: boolean; readonly ifMissing: 'ignore' | 'fail' },
  { found, what, on, names, remove, show }: ToDelete<P>,
): Promise<void> {
  const tell = (outcome: DeleteOutcome, processes: readonly P[]): void => {
    const ids = JSON.stringify(processes.map(({ id }) => id));
    step.output({ outcome, 'ids-json': ids, count: String(processes.length) });
    if (outcome !== 'absent' || ifMissing === 'ignore') show(outcome, processes);
  };
  if (found.length === 0) {
    tell('absent', []);
    if (ifMissing === 'ignore') return;
    throw new Failure({
      what: 'Nothing to delete',
      why: `there is no ${what}${on}`,
      fix: `Check ${names}. If it may be missing, set if-missing: ignore`,
    });
  }
  if (dryRun) return tell('would-delete', found);
  const result = await remove();
  const { deleted } = result;
  tell(deleted.length > 0 ? 'deleted' : '', deleted);
  const failure = deleteFailure(result);
  if (failure !== undefined) throw failure;
}
