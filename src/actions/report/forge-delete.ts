import type { ForgeProcess } from '../../forge/process.ts';
import { code, html, prose } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import type { DeleteOutcome } from '../delete-found.ts';
import { countText, forgeTable } from './forge-table.ts';

/** Shows in the summary the processes that the step has deleted, or would delete. */
export function showForgeDeletion(
  step: Step,
  outcome: DeleteOutcome,
  asked: string,
  processes: readonly ForgeProcess[],
  server: string,
): void {
  const [first, ...others] = processes;
  const what = first === undefined || others.length > 0 ? html`${countText(processes)}` : code(first.command);
  const where = html`on server ${code(server)}`;
  switch (outcome) {
    case 'absent':
      step.headline('nothing', html`Nothing to delete: no ${prose(asked)} ${where}`);
      break;
    case 'deleted':
      step.headline('done', html`Deleted: ${what} ${where}`);
      break;
    case 'would-delete':
      step.headline('planned', html`Would delete: ${what} ${where}`);
  }
  if (processes.length === 0) return;
  const dryRun = html`<p>Dry run: nothing was deleted. Remove <code>dry-run</code> to delete it.</p>`;
  const table = forgeTable(processes, 'no status');
  step.summarize(html`${table}${outcome === 'would-delete' ? dryRun : html``}`);
}
