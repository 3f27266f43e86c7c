import { type Existing, idsOf } from '../converge/listing.ts';
import { deleteFailure, type RemovalResult } from '../converge/remove.ts';
import { Failure } from '../failure.ts';
import { type Html, html } from '../runner/html.ts';
import type { Inputs } from '../runner/inputs.ts';
import type { Step } from '../runner/step.ts';
import type { Mark } from '../runner/summary.ts';
import { processCount } from '../text.ts';
import { idOutputs } from './report/cloud.ts';

/** Reads `all`, `if-missing` and `dry-run`. */
export function readDeletion(inputs: Inputs) {
  const all = inputs.flag('all', false);
  if (all && inputs.text('process-id') !== undefined)
    inputs.problem('all', 'cannot be true together with process-id, which names one process');
  return {
    all,
    ifMissing: inputs.choice('if-missing', ['ignore', 'fail'], 'ignore'),
    dryRun: inputs.flag('dry-run', false),
  };
}

/** The processes to delete, in words and in HTML, with the functions that delete and show them. */
interface ToDelete<P extends Existing> {
  readonly found: readonly P[];
  /** The process in words: `worker on queue high`. */
  readonly what: string;
  /** The place in words: ` on App`; empty if the name is unknown. */
  readonly on: string;
  /** The inputs that name the process. */
  readonly names: string;
  readonly whatHtml: Html;
  readonly onHtml: Html;
  nameOf(process: P): Html;
  remove(): Promise<RemovalResult<P>>;
  /** The headline after the deletion, without the processes. */
  readonly deleted: readonly [mark: Mark, verb: string];
  /** The next step after the deletion. */
  readonly next: Html;
  /** Shows the processes below the headline, and the next step. */
  show(processes: readonly P[], next: Html): void;
}

/**
 * Deletes processes, except in a dry run, shows them, and sets the outputs. Throws a `Failure` if a deletion fails, or
 * if there is no process and `if-missing` is `fail`.
 */
export async function deleteFound<P extends Existing>(
  step: Step,
  { dryRun, ifMissing }: ReturnType<typeof readDeletion>,
  about: ToDelete<P>,
): Promise<void> {
  const { found, what, on, names, whatHtml, onHtml } = about;
  const output = (outcome: 'deleted' | 'absent' | 'would-delete' | '', processes: readonly P[]): void => {
    step.output({ outcome, ...idOutputs(processes) });
  };
  if (found.length === 0) {
    output('absent', []);
    if (ifMissing === 'ignore')
      return step.headline('nothing', html`Nothing to delete: no ${whatHtml}${onHtml}`);
    throw new Failure({
      what: 'Nothing to delete',
      why: `there is no ${what}${on}`,
      fix: `Check ${names}. If it may be missing, set if-missing: ignore`,
    });
  }
  if (dryRun) {
    output('would-delete', found);
    step.headline('planned', html`Would delete: ${namesHtml(found, about.nameOf)}${onHtml}`);
    step.log.info(`Dry run: would delete ${idsOf(found)}`);
    const all = found.length === 1 ? 'it' : 'them';
    const next = html`<p>Dry run: nothing was deleted. Remove <code>dry-run</code> to delete ${all}.</p>`;
    return about.show(found, next);
  }
  const result = await about.remove();
  const { deleted } = result;
  output(deleted.length > 0 ? 'deleted' : '', deleted);
  if (deleted.length > 0) {
    const [mark, verb] = about.deleted;
    step.headline(mark, html`${verb}: ${namesHtml(deleted, about.nameOf)}${onHtml}`);
    about.show(deleted, about.next);
  }
  const failure = deleteFailure(result);
  if (failure !== undefined) throw failure;
}

/** Returns the name of a single process, or `3 background processes`. */
export function namesHtml<P>(processes: readonly P[], nameOf: (process: P) => Html): Html {
  const [first, ...others] = processes;
  return first === undefined || others.length > 0 ? html`${processCount(processes.length)}` : nameOf(first);
}
