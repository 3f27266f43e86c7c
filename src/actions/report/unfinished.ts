import { changesIn, countsOf, countsText, undoneText } from '../../converge/plan.ts';
import { type PlanRow, rowText } from '../../converge/text.ts';
import { Cancelled, closed, Failure, type FailureParts, locationText, messageOf } from '../../failure.ts';
import { bullets, capitalized } from '../../text.ts';

interface Applied {
  /** An environment or an organization. */
  readonly where: string;
  /** A sentence about the time when finished changes take effect; undefined if they take effect at once. */
  readonly whenLive: string | undefined;
  /** Aborted when the step is cancelled. */
  readonly cancelled: AbortSignal;
}

/** The error of a plan with missing changes. `why` has a line for each missing change, beginning with a dash. */
export class Unfinished extends Failure {
  override readonly name = 'Unfinished';
  /** A line with the changes that were made; empty if there are none. */
  readonly done: string;

  constructor(parts: FailureParts, done: string) {
    super(parts);
    this.done = done;
  }
}

/** The next step after a plan with missing changes. */
export const runAgain =
  'Next: when the cause is fixed, run the job again. It continues where this run stopped';

/** Returns one error for all changes that were not made or not checked; undefined if there are none. */
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
    why: `\n${listOf(rows)}\n`,
    fix: `${done}${runAgain}`,
    headline: what,
  };
  const { message } = new Unfinished(parts, done);
  const place = rows.find(({ status }) => status === 'failed')?.declaredAt;
  return new Unfinished({ ...parts, annotations: [{ message, place }] }, done);
}

/** Returns the error of a step cancelled midway. `going`: sentences about work that goes on. */
export function cancelledMidway(
  { where, cancelled }: Omit<Applied, 'whenLive'>,
  rows: readonly PlanRow[],
  going: readonly string[] = [],
): Cancelled {
  const counts = countsOf(rows);
  const all = changesIn(counts) + counts.undone;
  const waiting = rows.filter(({ status }) => status === 'not-done').length;
  const reason = cancelled.reason instanceof Cancelled ? cancelled.reason.why : messageOf(cancelled.reason);
  const whole = rows.filter((row) => !isUnchecked(row));
  const unchecked = rows.length - whole.length;
  const failures = listOf(whole.filter(({ status }) => status === 'failed'));
  const lines = [
    ...(changesIn(countsOf(whole)) === 0 ? [] : [`Done: ${madeText(whole)}.`]),
    ...(unchecked === 0
      ? []
      : [`${unchecked} created, not checked for duplicates of parallel runs. The next run checks.`]),
    ...(waiting === 0 ? [] : [`${waiting} not started: ${closed(reason)}`]),
    ...(failures === '' ? [] : [failures]),
    ...going,
  ];
  const headline = `"${where}", ${changesIn(counts)} of ${all} ${all === 1 ? 'change' : 'changes'} made`;
  return new Cancelled({ what: headline, why: lines.join('\n'), headline }, { mayHaveActed: true });
}

function madeText(rows: readonly PlanRow[]): string {
  return countsText({ ...countsOf(rows), undeclared: 0, undone: 0 }, 'done');
}

/** True for a created process that was not checked for duplicates of parallel runs. */
function isUnchecked({ status, outcome }: PlanRow): boolean {
  return status === 'failed' && outcome === 'created';
}

/** Returns a list of the changes that were not made. */
function listOf(rows: readonly PlanRow[]): string {
  return bullets(rows.filter(({ status }) => status !== 'done').map(lineOf), ', in plan-json');
}

function lineOf(row: PlanRow): string {
  const { why = 'unknown', declaredAt } = row;
  const at = declaredAt === undefined ? '' : ` (${locationText(declaredAt)})`;
  if (row.status === 'not-done') return `Not started: ${rowText(row)}${at}, because ${closed(why)}`;
  return `${isUnchecked(row) ? 'Not checked' : 'Failed'}: ${closed(`${rowText(row)}${at}`)}\n  ${closed(capitalized(why))}`;
}
