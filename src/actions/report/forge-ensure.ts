import { type Changes, describeChanges, settingsText } from '../../converge/changes.ts';
import type { ForgeEnsure, ForgeEnsured } from '../../forge/ensure.ts';
import { forgeRules } from '../../forge/service.ts';
import { describe, type ForgeSpec } from '../../forge/spec.ts';
import { code, type Html, html } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import { facts, type Mark, next } from '../../runner/summary.ts';
import { beforeAfter, idLine, leftAlone, readableDate } from './process.ts';

/** What happened, as one line of the log. */
export function sentenceFor(spec: ForgeSpec, { outcome, process, changes }: ForgeEnsured): string {
  const what = describe(spec);
  switch (outcome) {
    case 'created':
      return `Created the ${what}: ${process?.id}`;
    case 'unchanged':
      return `The ${what} exists already: ${process?.id}`;
    case 'replaced':
      return `Replaced the ${what} (${describeChanges(changes)}): it is ${process?.id} now`;
    case 'would-create':
      return `Dry run: would create the ${what}`;
    case 'would-replace':
      return `Dry run: would replace the ${what} (${describeChanges(changes)}): ${process?.id}`;
  }
}

/** Shows in the summary what happened to what, the process as it is or would be, and what to do next. */
export function showForge(step: Step, { spec }: ForgeEnsure, ensured: ForgeEnsured, server: string): void {
  const isLeft = Object.keys(ensured.ignored).length > 0;
  const [mark, verb] = isLeft ? (['drifted', 'Differs, not changed'] as const) : verdicts[ensured.outcome];
  step.headline(mark, html`${verb}: ${code(spec.command)} on ${code(server)}`);
  const ids = idLine([['process', ensured.process?.id]]);
  step.summarize(html`${processFacts(spec, ensured)}${nextStep(ensured)}${ids}`);
}

const verdicts = {
  created: ['done', 'Created'],
  replaced: ['done', 'Replaced'],
  unchanged: ['nothing', 'Unchanged'],
  'would-create': ['planned', 'Would create'],
  'would-replace': ['planned', 'Would replace'],
} as const satisfies Record<ForgeEnsured['outcome'], readonly [Mark, string]>;

function processFacts(spec: ForgeSpec, { process, changes, ignored }: ForgeEnsured): Html {
  const { processes, ...others } = forgeRules.settingsOf(spec);
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

function nextStep({ outcome, ignored }: ForgeEnsured): Html {
  switch (outcome) {
    case 'created':
    case 'replaced':
      return next(
        html`Forge is starting it. <code>forge/list</code> with <code>require-status: running</code> waits until it runs.`,
      );
    case 'would-create':
    case 'would-replace':
      return html`<p>Dry run: nothing was changed. Remove <code>dry-run</code> to change it.</p>`;
    case 'unchanged':
      return Object.keys(ignored).length > 0
        ? next(html`to replace it, set <code>if-exists: replace</code>.`)
        : next(html`after a deployment, <code>forge/restart</code> makes it run the new code.`);
  }
}
