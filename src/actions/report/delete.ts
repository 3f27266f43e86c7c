import type { ExistingProcess } from '../../cloud/process.ts';
import { cloudService } from '../../cloud/service.ts';
import type { ForgeProcess } from '../../forge/process.ts';
import { code, type Html, html, prose } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import type { DeleteOutcome } from '../delete-found.ts';
import type { DeleteInputs } from '../inputs/delete.ts';
import type { Target } from '../inputs/target.ts';
import { countText, forgeTable } from './forge.ts';
import { deployNext, nameHtml, placeOf, processFacts, processRows } from './process.ts';

/** Shows the deleted processes in the summary. They run until the next deployment. */
export function showDeletion(
  step: Step,
  { toDelete, goals }: DeleteInputs,
  target: Target,
  outcome: DeleteOutcome,
  processes: readonly ExistingProcess[],
): void {
  const on = onPlace(target);
  const missing = toDelete.by === 'id' ? code(toDelete.id) : nameHtml(toDelete.spec);
  const dryRun = html`<p>Dry run: nothing was deleted. Remove <code>dry-run</code> to delete it.</p>`;
  switch (outcome) {
    case 'absent':
      step.headline('nothing', html`Nothing to delete: no ${missing}${on}`);
      break;
    case 'would-delete':
      step.headline('planned', html`Would delete: ${deletedHtml(processes)}${on}`);
      show(step, processes, target, dryRun);
      break;
    case 'deleted':
      step.headline(
        'waiting',
        html`Deleted, still running until the next deployment: ${deletedHtml(processes)}${on}`,
      );
      show(step, processes, target, goals.redeploy ? html`` : deployNext);
  }
}

/** Shows that a deployment has stopped the processes that this step or an earlier one deleted. */
export function showGone(
  step: Step,
  processes: readonly ExistingProcess[],
  target: Target,
  deploymentId: string,
): void {
  step.identify('deployment', deploymentId);
  if (processes.length === 0) step.headline('done', html`Nothing to delete${onPlace(target)}, and deployed`);
  else step.headline('done', html`Deleted and stopped: ${deletedHtml(processes)}${onPlace(target)}`);
}

/** Shows the settings of a single process, since the headline names it, or a table of several. */
function show(step: Step, processes: readonly ExistingProcess[], target: Target, next: Html): void {
  const [first, ...others] = processes;
  const isOne = first !== undefined && others.length === 0;
  step.summarize(html`${isOne ? deletionFacts(first, target) : processRows(processes)}${next}`);
  if (!isOne) return;
  step.identify('process', first.id);
  step.identify('instance', target.instanceId ?? first.instanceId);
}

function deletionFacts(process: ExistingProcess, target: Target): Html {
  const settings = cloudService.settingsOfExisting(process);
  return processFacts({ settings, changes: {}, kind: 'changed', createdAt: process.createdAt, target });
}

function deletedHtml(processes: readonly ExistingProcess[]): Html {
  const [first, ...others] = processes;
  return first === undefined || others.length > 0
    ? html`${processes.length} background processes`
    : nameHtml(first);
}

function onPlace(target: Target): Html {
  const place = placeOf(target);
  return place.markup === '' ? html`` : html` on ${place}`;
}

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
