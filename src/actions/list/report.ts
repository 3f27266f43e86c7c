import type { ExistingProcess } from '../../processes/existing.ts';
import { code, type Html, html } from '../../runner/html.ts';
import { processRows } from '../shared/process-table.ts';
import { replicasOf } from '../shared/replicas.ts';
import type { Target } from '../shared/target-inputs.ts';

/** What was found, for the job's summary. */
export function reportListed(
  processes: readonly ExistingProcess[],
  { instance, instanceId, environment }: Target,
  type: string | undefined,
): Html {
  const name = instance === undefined ? (instanceId ?? '') : `${instance.name} (${instance.id})`;
  const where = environment === undefined ? html`` : html` of ${code(environment.name)}`;
  const what = type === undefined ? html`` : html` of type ${code(type)}`;
  const total = processes.reduce((sum, process) => sum + process.processes, 0);
  const head = html`<p>Instance ${code(name)}${where}: <strong>${processes.length}</strong> background ${processes.length === 1 ? 'process' : 'processes'}${what}.</p>`;
  if (processes.length === 0) return head;
  return html`${head}<p>${code(total)} ${total === 1 ? 'process' : 'processes'} ${replicasOf(total, instance)}</p>${processRows(processes)}`;
}
