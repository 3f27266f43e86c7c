import { type Changes, settingsText } from '../../converge/changes.ts';
import type { Ensured } from '../../converge/ensure.ts';
import type { ForgeProcess } from '../../forge/process.ts';
import { forgeService } from '../../forge/service.ts';
import type { ForgeSpec } from '../../forge/spec.ts';
import { code, type Html, html } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import { facts, type Mark, next } from '../../runner/summary.ts';
import { beforeAfter, idLine, leftAlone, readableDate } from './process.ts';

export type EnsuredForge = Ensured<ForgeSpec, ForgeProcess>;

/** Shows in the summary what happened to what, the process as it is or would be, and what to do next. */
export function showForge(step: Step, spec: ForgeSpec, ensured: EnsuredForge, server: string): void {
  const isLeft = Object.keys(ensured.ignored).length > 0;
  const [mark, verb] = isLeft ? (['drifted', 'Differs, not changed'] as const) : verdicts[ensured.outcome];
  step.headline(mark, html`${verb}: ${code(spec.command)} on ${code(server)}`);
  const ids = idLine([['process', ensured.process?.id]]);
  step.summarize(html`${processFacts(spec, ensured)}${nextStep(ensured)}${ids}`);
}

const verdicts = {
  created: ['done', 'Created'],
  updated: ['done', 'Updated'],
  replaced: ['done', 'Replaced'],
  unchanged: ['nothing', 'Unchanged'],
  'would-create': ['planned', 'Would create'],
  'would-update': ['planned', 'Would update'],
  'would-replace': ['planned', 'Would replace'],
} as const satisfies Record<EnsuredForge['outcome'], readonly [Mark, string]>;

function processFacts(spec: ForgeSpec, { process, changes, ignored }: EnsuredForge): Html {
  const { processes, ...others } = forgeService.settingsOf(spec);
  const directory = process === undefined ? (spec.directory ?? null) : process.directory;
  const options = process === undefined ? settingsText(others) : '';
  return facts([
    ...(process === undefined ? [] : ([['Status', code(process.status)]] as const)),
    ['Processes', countOf(process?.processes ?? Number(processes), changes, ignored)],
    ['User', code(process?.user ?? spec.user)],
    ...(directory === null ? [] : ([['Directory', code(directory)]] as const)),
    ...(options === '' ? [] : ([['Options', code(options)]] as const)),
    ...(process?.createdAt ? ([['Created', html`${readableDate(process.createdAt)}`]] as const) : []),
  ]);
}

function countOf(processes: number, { processes: changed }: Changes, { processes: left }: Changes): Html {
  if (changed !== undefined) return beforeAfter(changed);
  return left === undefined ? code(processes) : leftAlone(left);
}

function nextStep({ outcome, ignored }: EnsuredForge): Html {
  switch (outcome) {
    case 'created':
    case 'updated':
    case 'replaced':
      return next(
        html`Forge is starting it. <code>forge/list</code> with <code>require-status: running</code> waits until it runs.`,
      );
    case 'would-create':
    case 'would-update':
    case 'would-replace':
      return html`<p>Dry run: nothing was changed. Remove <code>dry-run</code> to change it.</p>`;
    case 'unchanged':
      return Object.keys(ignored).length > 0
        ? next(html`to replace it, set <code>if-exists: replace</code>.`)
        : next(html`after a deployment, <code>forge/restart</code> makes it run the new code.`);
  }
}
