import type { Existing } from '../../converge/listing.ts';
import { type PlanRow, rowText } from '../../converge/text.ts';
import { Failure } from '../../failure.ts';
import type { Step } from '../../runner/step.ts';
import { bullets } from '../../text.ts';
import type { PlanInputs } from '../inputs/plan.ts';
import type { PlanReport } from '../report/plan.ts';
import { type AppliedService, showPlan } from './carry-out.ts';

/**
 * Throws a `Failure` for a plan that deletes more processes than `max-deletes` allows: an emptied file or a wrong merge
 * must not take production down. A dry run only warns. Replacements do not count, nor does the end of an interrupted one.
 */
export function guardDeletes<S, P extends Existing>(
  step: Step,
  report: PlanReport,
  { file, maxDeletes, dryRun }: Pick<PlanInputs<unknown>, 'file' | 'maxDeletes' | 'dryRun'>,
  rows: readonly PlanRow[],
  service: AppliedService<S, P>,
): void {
  const deletes = rows.filter(
    ({ action, endsReplacement }) => action === 'delete' && endsReplacement !== true,
  );
  if (deletes.length <= maxDeletes) return;
  const count = `${deletes.length} to delete, and max-deletes allows ${maxDeletes}`;
  if (dryRun) {
    step.warn(`${count}: a run without dry-run is refused, unless max-deletes is ${deletes.length} or more.`);
    return;
  }
  showPlan(step, report, rows, service);
  const lines = deletes.map((row) => `${rowText(row)} (${row.processId})`);
  throw new Failure({
    what: `Too many deletions in "${report.where}"`,
    why: `${count}\n${bullets(lines, ', in plan-json')}\n`,
    fix: `Nothing was changed. Check ${file}: is it complete? If all of these processes should go, set max-deletes: ${deletes.length}`,
    headline: `"${report.where}": ${count}`,
    details: `${bullets(lines, ', in plan-json')}\n`,
  });
}
