import { changesIn, countsOf, countsText } from '../../converge/counts.ts';
import { type PlanRow, rowText } from '../../converge/text.ts';
import { Failure } from '../../failure.ts';

interface Applied {
  /** Whose processes they are: an environment, an organization. */
  readonly where: string;
  readonly file: string;
  /** When finished changes take effect, if not at once. */
  readonly whenLive: string | undefined;
}

/** More than these are not read in a message; `plan-json` has all of them. */
const maxLines = 20;

/** One error for all changes that were not made; undefined when all were. */
export function unfinished(
  { where, file, whenLive }: Applied,
  rows: readonly PlanRow[],
): Failure | undefined {
  const undone = rows.filter(({ status }) => status !== 'done');
  if (undone.length === 0) return undefined;
  const changes = rows.filter(({ action }) => action !== 'keep' && action !== 'undeclared').length;
  const missing = `${undone.length} of ${changes} ${changes === 1 ? 'change' : 'changes'} not made`;
  const lines = undone.slice(0, maxLines).map(lineOf);
  if (undone.length > maxLines) lines.push(`- and ${undone.length - maxLines} more, in plan-json`);
  const counts = { ...countsOf(rows), undeclared: 0 };
  const effect = whenLive === undefined ? '' : ` ${whenLive}.`;
  const done = changesIn(counts) === 0 ? '' : `Done: ${countsText(counts, 'done')}.${effect} `;
  return new Failure({
    what: `Applying ${file}, ${missing}`,
    why: `\n${lines.join('\n')}\n`,
    fix: `${done}When the cause is fixed, run the job again: it makes only the missing changes`,
    headline: `"${where}": ${missing}`,
  });
}

function lineOf(row: PlanRow): string {
  const error = row.error ?? 'unknown';
  return row.status === 'failed'
    ? `- Failed: ${rowText(row)}: ${error}`
    : `- Not started: ${rowText(row)}: ${error.replace(/^not started, /, '')}`;
}
