import type { ExistingProcess } from '../../processes/existing.ts';
import { code, type Html, html } from '../../runner/html.ts';
import { processRows } from '../shared/process-table.ts';
import type { Target } from '../shared/target-inputs.ts';

/** What was asked, what happened and what to do next, for the job's summary. */
export function reportDeleted(
  asked: string,
  outcome: 'deleted' | 'absent' | 'would-delete' | '',
  processes: readonly ExistingProcess[],
  { instance, instanceId }: Target,
  redeploy: boolean,
): Html {
  const name = instance === undefined ? instanceId : `${instance.name} (${instance.id})`;
  const where = name === undefined ? html`` : html` on ${code(name)}`;
  const happened = outcome === '' ? html`` : html`<p><strong>${outcome}</strong></p>`;
  const rows = processes.length === 0 ? html`` : processRows(processes);
  return html`${happened}<p>Asked to delete: ${code(asked)}${where}.</p>${rows}${nextStep(outcome, redeploy)}`;
}

function nextStep(outcome: 'deleted' | 'absent' | 'would-delete' | '', redeploy: boolean): Html {
  switch (outcome) {
    case 'deleted':
      return redeploy ? html`` : html`<p>The change takes effect with the environment’s next deploy.</p>`;
    case 'would-delete':
      return html`<p>Nothing was deleted. Run it without <code>dry-run</code> to make it so.</p>`;
    default:
      return html``;
  }
}
