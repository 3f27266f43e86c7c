import { changesIn, countsOf, countsText, undoneText } from '../../converge/counts.ts';
import { type PlanRow, rowText } from '../../converge/text.ts';
import { Cancelled, closed, Failure, locationText, messageOf } from '../../failure.ts';
import { maxLines } from '../../text.ts';

interface Applied {
  /** Whose processes they are: an environment, an organization. */
  readonly where: string;
  /** When finished changes take effect, if not at once. */
  readonly whenLive: string | undefined;
  /** Aborted if the step was told to stop. */
  readonly cancelled: AbortSignal;
}

/** Not everything of a plan was done. `why` has a line for each change that was not, beginning with a dash. */
export class Unfinished extends Failure {
  override readonly name = 'Unfinished';
}

/** What to do when something of a plan was not done. */
export const runAgain = 'Next: when the cause is fixed, run the job again. It makes only the missing changes';

/** One error for all changes that were not made, or not checked; undefined when all were. */
export function unfinished(about: Applied, rows: readonly PlanRow[]): Failure | undefined {
  if (rows.every(({ status }) => status === 'done')) return undefined;
  return about.cancelled.aborted ? cancelledMidway(about, rows) : failed(about, rows);
}

function failed({ where, whenLive }: Applied, rows: readonly PlanRow[]): Failure {
  const counts = countsOf(rows);
  const unchecked = rows.filter(isUnchecked).length;
  const what = `"${where}": ${counts.undone > 0 ? undoneText(counts) : `${unchecked} created, not checked`}`;
  const effect = whenLive === undefined ? '' : ` ${whenLive}.`;
  const done = changesIn(counts) === 0 ? '' : `Done: ${madeText(rows)}.${effect}\n`;
  const parts = {
    what,
    why: `\n${linesOf(rows).join('\n')}\n`,
    fix: `${done}${runAgain}`,
    headline: what,
  };
  const { message } = new Unfinished(parts);
  const place = rows.find(({ status }) => status === 'failed')?.declaredAt;
  return new Unfinished({ ...parts, annotations: [{ message, place }] });
}

/** The step was told to stop after it had begun. */
export function cancelledMidway(
  { where, cancelled }: Omit<Applied, 'whenLive'>,
  rows: readonly PlanRow[],
): Cancelled {
  const counts = countsOf(rows);
  const all = changesIn(counts) + counts.undone;
  const waiting = rows.filter(({ status }) => status === 'not-done').length;
  const reason = cancelled.reason instanceof Cancelled ? cancelled.reason.why : messageOf(cancelled.reason);
  const whole = rows.filter((row) => !isUnchecked(row));
  const unchecked = rows.length - whole.length;
  const lines = [
    ...(changesIn(countsOf(whole)) === 0 ? [] : [`Done: ${madeText(whole)}.`]),
    ...(unchecked === 0
      ? []
      : [`${unchecked} created, not checked for duplicates of parallel runs. The next run checks.`]),
    ...(waiting === 0 ? [] : [`${waiting} not started: ${closed(reason)}`]),
    ...linesOf(whole.filter(({ status }) => status === 'failed')),
  ];
  const headline = `"${where}", ${changesIn(counts)} of ${all} ${all === 1 ? 'change' : 'changes'} made`;
  return new Cancelled({ what: headline, why: lines.join('\n'), headline }, { mayHaveActed: true });
}

function madeText(rows: readonly PlanRow[]): string {
  return countsText({ ...countsOf(rows), undeclared: 0, undone: 0 }, 'done');
}

/** It exists, and nobody has looked whether a parallel run has created another. */
function isUnchecked({ status, outcome }: PlanRow): boolean {
  return status === 'failed' && outcome === 'created';
}

function linesOf(rows: readonly PlanRow[]): readonly string[] {
  const left = rows.filter(({ status }) => status !== 'done');
  const lines = left.slice(0, maxLines).map(lineOf);
  return left.length > maxLines ? [...lines, `- and ${left.length - maxLines} more, in plan-json`] : lines;
}

function lineOf(row: PlanRow): string {
  const { why = 'unknown', declaredAt } = row;
  const at = declaredAt === undefined ? '' : ` (${locationText(declaredAt)})`;
  if (row.status === 'not-done') return `- Not started: ${rowText(row)}${at}, because ${closed(why)}`;
  return `- ${isUnchecked(row) ? 'Not checked' : 'Failed'}: ${closed(`${rowText(row)}${at}`)}\n  ${closed(endSentence(why))}`;
}

function endSentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
