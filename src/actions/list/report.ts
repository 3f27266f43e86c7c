import type { ExistingProcess } from '../../processes/existing.ts';
import { code, type Html, html } from '../../runner/html.ts';
import { headline } from '../../runner/summary.ts';
import { placeOf, processRows } from '../shared/process-table.ts';
import { totalText } from '../shared/replicas.ts';
import type { Target } from '../shared/target-inputs.ts';

/** What was found, for the job's summary. */
export function reportListed(
  processes: readonly ExistingProcess[],
  target: Target,
  type: string | undefined,
): Html {
  const count = processes.length;
  const what = html`${count} background ${count === 1 ? 'process' : 'processes'}${type === undefined ? html`` : html` of type ${code(type)}`}`;
  const head = headline(count === 0 ? 'nothing' : 'done', html`${what} on ${placeOf(target)}`);
  if (count === 0) return head;
  const total = processes.reduce((sum, process) => sum + process.processes, 0);
  const all = `${total} ${total === 1 ? 'process' : 'processes'}${totalText(total, target.instance)}`;
  return html`${head}<p>Together: ${all}.</p>${processRows(processes)}`;
}
