import type { ExistingProcess } from '../../cloud/process.ts';
import { code, type Html, html } from '../../runner/html.ts';
import { headline, next } from '../../runner/summary.ts';
import type { Target } from '../inputs/target.ts';
import { nameOf, placeOf, processRows } from './process.ts';

export type DeleteOutcome = 'deleted' | 'absent' | 'would-delete' | '';

/** What happened to what, and what to do next, for the job's summary. */
export function reportDeleted(
  asked: string,
  outcome: DeleteOutcome,
  processes: readonly ExistingProcess[],
  target: Target,
  redeploy: boolean,
): Html {
  const rows = processes.length === 0 ? html`` : processRows(processes);
  return html`${headOf(asked, outcome, processes, target)}${rows}${nextStep(outcome, redeploy)}`;
}

function headOf(
  asked: string,
  outcome: DeleteOutcome,
  processes: readonly ExistingProcess[],
  target: Target,
): Html {
  const [first, ...others] = processes;
  const what =
    first === undefined || others.length > 0 ? html`${processes.length} background processes` : nameOf(first);
  const place = placeOf(target);
  const where = place.markup === '' ? html`` : html` on ${place}`;
  switch (outcome) {
    case 'deleted':
      return headline('done', html`Deleted: ${what}${where}`);
    case 'would-delete':
      return headline('planned', html`Would delete: ${what}${where}`);
    case 'absent':
      return headline('nothing', html`Nothing to delete: no ${code(asked)}${where}`);
    case '':
      return html``;
  }
}

function nextStep(outcome: DeleteOutcome, redeploy: boolean): Html {
  switch (outcome) {
    case 'deleted':
      return redeploy
        ? html``
        : next(
            html`deploy the environment, since the change takes effect with its next deploy. With <code>redeploy: true</code> this step does it.`,
          );
    case 'would-delete':
      return next(html`run it without <code>dry-run</code>. Nothing was deleted.`);
    default:
      return html``;
  }
}
