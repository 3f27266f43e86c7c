import type { Changes } from '../../converge/changes.ts';
import type { Ensured } from '../../converge/ensure.ts';
import type { ForgeProcess } from '../../forge/process.ts';
import { forgeService } from '../../forge/service.ts';
import type { ForgeSpec } from '../../forge/spec.ts';
import { isDown } from '../../forge/status.ts';
import { code, type Html, html, pathCode } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import { facts, next } from '../../runner/summary.ts';
import { readableDate } from '../../time.ts';
import { marks, verbs } from './ensure.ts';
import { beforeAfter, leftAlone, optionsOf } from './process.ts';

export type EnsuredForge = Ensured<ForgeSpec, ForgeProcess>;

interface ShownForge {
  readonly spec: ForgeSpec;
  readonly ensured: EnsuredForge;
  readonly server: string;
  /** The process as last read. */
  readonly process: ForgeProcess | undefined;
  readonly hasFailed: boolean;
}

/** Sets the summary's headline: the outcome and the process. */
export function sayForge(
  step: Step,
  { spec, ensured, server }: Omit<ShownForge, 'process' | 'hasFailed'>,
): void {
  const isLeft = Object.keys(ensured.ignored).length > 0;
  const { outcome } = ensured;
  const mark = isLeft ? 'drifted' : marks[outcome];
  const verb = isLeft && outcome === 'unchanged' ? 'Differs, not changed' : verbs[outcome];
  step.headline(mark, html`${verb}: ${code(spec.command)} on server ${code(server)}`);
}

/** Shows below the headline the process (in a dry run, the planned one), and the next step. */
export function showForge(step: Step, shown: ShownForge): void {
  const { ensured, process } = shown;
  const todo = shown.hasFailed ? html`` : nextStep(ensured, process?.status);
  step.summarize(html`${factsOf(shown)}${todo}`);
  step.identify('process', process?.id);
}

function factsOf({ spec, process, ensured: { changes, ignored } }: ShownForge): Html {
  const { processes, ...others } = forgeService.settingsOf(spec);
  const directory = process === undefined ? (spec.directory ?? null) : process.directory;
  const count = process === undefined ? Number(processes) : process.processes;
  const options = process === undefined ? optionsOf(others) : html``;
  return facts([
    ...(process === undefined ? [] : ([['Status', code(process.status)]] as const)),
    ['Processes', countOf(count, changes, ignored)],
    ['User', code(process?.user ?? spec.user)],
    ...(directory === null ? [] : ([['Directory', pathCode(directory)]] as const)),
    ...(options.markup === '' ? [] : ([['Options', options]] as const)),
    ...(process?.createdAt ? ([['Created', html`${readableDate(process.createdAt)}`]] as const) : []),
  ]);
}

function countOf(
  processes: number | undefined,
  { processes: changed }: Changes,
  { processes: left }: Changes,
): Html {
  if (left !== undefined) return leftAlone(left);
  return changed === undefined ? code(processes ?? 'unknown') : beforeAfter(changed);
}

function nextStep({ outcome, ignored }: EnsuredForge, status: string | undefined): Html {
  switch (outcome) {
    case 'created':
    case 'updated':
    case 'replaced':
      return status === 'installing' || status === 'starting' ? isStarting : restartNext;
    case 'would-create':
    case 'would-update':
    case 'would-replace':
      return html`<p>Dry run: nothing was changed. Remove <code>dry-run</code> to ${outcome.slice('would-'.length)} it.</p>`;
    case 'unchanged':
      if (Object.keys(ignored).length > 0)
        return next(html`to replace it, set <code>if-exists: replace</code>.`);
      // The warning about the process already names the next step.
      return status !== undefined && isDown(status) ? html`` : restartNext;
  }
}

const isStarting = next(
  html`Forge is starting it. <code>forge/list</code> with <code>require-status: running</code> waits until it runs.`,
);

const restartNext = next(html`after a deployment, <code>forge/restart</code> makes it run the new code.`);
