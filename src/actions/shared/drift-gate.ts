import { Failure } from '../../failure.ts';
import { type Counts, changesIn } from '../../processes/plan/plan.ts';
import { countsText } from '../../processes/plan/text.ts';

/** With `fail-on-change`, a dry run fails when there is anything to change. */
export function refuseDrift(
  { file, failOnChange }: { readonly file: string; readonly failOnChange: boolean },
  counts: Counts,
): void {
  if (!failOnChange || changesIn(counts) === 0) return;
  throw new Failure({
    what: 'What runs is not as declared',
    why: `${file} has ${countsText({ ...counts, undeclared: 0 }, 'planned')}, and fail-on-change is true`,
    fix: 'Run it without dry-run to make it so, or change the manifest',
  });
}
