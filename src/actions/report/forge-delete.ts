import type { ForgeProcess } from '../../forge/process.ts';
import { code, type Html, html } from '../../runner/html.ts';
import { headline, next } from '../../runner/summary.ts';
import { counted, forgeTable } from './forge-table.ts';

export type DeleteOutcome = 'deleted' | 'absent' | 'would-delete' | '';

/** What happened to what, and what to do next, for the job's summary. */
export function reportForgeDeleted(
  asked: string,
  outcome: DeleteOutcome,
  processes: readonly ForgeProcess[],
  server: string,
): Html {
  const [first, ...others] = processes;
  const what =
    first === undefined || others.length > 0 ? html`${counted(processes.length)}` : code(first.command);
  const where = html`on ${code(server)}`;
  switch (outcome) {
    case 'deleted':
      return html`${headline('done', html`Deleted: ${what} ${where}`)}${forgeTable(processes)}`;
    case 'would-delete':
      return html`${headline('planned', html`Would delete: ${what} ${where}`)}${forgeTable(processes)}${next(html`run it without <code>dry-run</code>. Nothing was deleted.`)}`;
    case 'absent':
      return headline('nothing', html`Nothing to delete: no ${code(asked)} ${where}`);
    case '':
      return html``;
  }
}
