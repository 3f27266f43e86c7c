import { hasChanges, settingsText } from '../../converge/compare.ts';
import type { Ensured } from '../../converge/ensure.ts';
import { forgeService } from '../../forge/service.ts';
import type { ForgeProcess } from '../../forge/shapes.ts';
import type { ForgeSpec } from '../../forge/spec.ts';
import { isDown, isUp } from '../../forge/status.ts';
import { code, folded, type Html, html, joined, pathCode } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import { facts, next, table } from '../../runner/summary.ts';
import { readableDate } from '../../time.ts';
import { below, optionsHtml, settingHtml } from './cloud.ts';
import { dryRunNext, markOf, outcomeText } from './ensure.ts';

/** The largest number of rows that the summary shows without a click. */
const manyRows = 20;

/** Returns processes as a table for a phone; of many, those that are not up, and all folded below. */
export function forgeTable(
  processes: readonly ForgeProcess[],
  columns: 'status' | 'no status' = 'status',
): Html {
  if (processes.length <= manyRows) return rows(processes, columns);
  const odd = columns === 'status' ? processes.filter(({ status }) => !isUp(status)) : [];
  const first = odd.length === 0 ? html`` : rows(odd, columns);
  return html`${first}${folded(html`All ${processes.length}`, rows(processes, columns))}`;
}

/** Returns the table, with numbers, users, directories and ids in small print. */
function rows(processes: readonly ForgeProcess[], columns: 'status' | 'no status'): Html {
  return table(
    ['Background process', 'Status'],
    processes.map(({ id, status, processes: count, command, user, directory }) => {
      const small = [user ?? '', directory ?? '', id].filter((text) => text !== '').map(code);
      const parts = [...(count === undefined ? [] : [html`${settingsText({ processes: count })}`]), ...small];
      return [
        html`${code(command)}${below(joined(parts, html` · `))}`,
        columns === 'status' ? code(status) : html``,
      ];
    }),
  );
}

/** Returns `1 not running (fatal)`; undefined when no process is down. */
export function downText(processes: readonly ForgeProcess[]): string | undefined {
  const down = processes.filter(({ status }) => isDown(status));
  const words = [...new Set(down.map(({ status }) => status))].join(', ');
  return down.length === 0 ? undefined : `${down.length} not running (${words})`;
}

/** Returns processes as JSON, under the API's names. */
export function forgeJson(processes: readonly ForgeProcess[]): string {
  return JSON.stringify(
    processes.map(({ id, command, user, directory, processes: count, status, createdAt }) => ({
      id,
      command,
      user,
      directory,
      processes: count ?? null,
      status,
      created_at: createdAt,
    })),
  );
}

/** Returns a line for the log: `31  running  forge  3 × php8.4 artisan horizon`. */
export function forgeLine({ id, status, user, processes, command }: ForgeProcess): string {
  return `${id}  ${status}  ${user}  ${processes ?? '?'} × ${command}`;
}

/** Warns of a process that exists as declared but does not run. */
export function warnIfDown(step: Step, { id, status }: Pick<ForgeProcess, 'id' | 'status'>): void {
  if (!isDown(status)) return;
  step.warn(
    `Background process ${id} exists but does not run: its status is ${status}. Read its log in Forge; forge/restart starts it again.`,
  );
}

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
  { spec, ensured: { outcome, ignored }, server }: Pick<ShownForge, 'spec' | 'ensured' | 'server'>,
): void {
  const isLeft = hasChanges(ignored);
  const mark = isLeft ? 'drifted' : markOf(outcome);
  const verb = isLeft && outcome === 'unchanged' ? 'Differs, not changed' : outcomeText(outcome);
  step.headline(mark, html`${verb}: ${code(spec.command)} on server ${code(server)}`);
}

/** Shows below the headline the process (in a dry run, the planned one), and the next step. */
export function showForge(step: Step, shown: ShownForge): void {
  const { ensured, process } = shown;
  const todo = shown.hasFailed ? html`` : nextStep(ensured, process?.status);
  step.summarize(html`${factsOf(shown)}${todo}`);
  step.identify('process', process?.id);
}

function factsOf({ spec, process, ensured }: ShownForge): Html {
  const settings = process === undefined ? forgeService.settingsOf(spec) : { processes: process.processes };
  const directory = process === undefined ? spec.directory : process.directory;
  const count = settingHtml('processes', { ...ensured, settings });
  return facts([
    ['Status', code(process?.status ?? '')],
    ['Processes', count.markup === '' ? code('unknown') : count],
    ['User', code(process?.user ?? spec.user)],
    ['Directory', directory == null ? html`` : pathCode(directory)],
    ['Options', optionsHtml({ settings })],
    ['Created', html`${process?.createdAt ? readableDate(process.createdAt) : ''}`],
  ]);
}

function nextStep({ outcome, ignored }: EnsuredForge, status: string | undefined): Html {
  if (outcome.startsWith('would-')) return dryRunNext(outcome);
  if (outcome !== 'unchanged')
    return status === 'installing' || status === 'starting' ? isStarting : restartNext;
  if (hasChanges(ignored)) return next(html`to replace it, set <code>if-exists: replace</code>.`);
  // The warning about the process already names the next step.
  return status !== undefined && isDown(status) ? html`` : restartNext;
}

const isStarting = next(
  html`Forge is starting it. <code>forge/list</code> with <code>require-status: running</code> waits until it runs.`,
);

const restartNext = next(html`after a deployment, <code>forge/restart</code> makes it run the new code.`);
