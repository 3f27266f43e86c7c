import type { Environment } from '../../cloud/environment.ts';
import type { Health } from '../../cloud/environment-log.ts';
import { queueOf, shortName } from '../../cloud/identity.ts';
import type { Instance } from '../../cloud/instances.ts';
import type { ExistingProcess } from '../../cloud/process.ts';
import { cloudService } from '../../cloud/service.ts';
import type { ProcessSpec } from '../../cloud/spec.ts';
import { type Change, type Changes, fieldName, type Settings, shown } from '../../converge/changes.ts';
import { code, folded, type Html, html, joined, preformatted } from '../../runner/html.ts';
import { facts, next, table } from '../../runner/summary.ts';
import { counted } from '../../text.ts';
import { readableDate } from '../../time.ts';
import type { Target } from '../inputs/target.ts';

/** The next step while a change waits for a deployment. */
export const deployNext = deployAfterChange(html`the environment`);

/** Returns the next step while changes of these environments wait for a deployment. */
export function deployAfterChange(what: Html): Html {
  return next(
    html`deploy ${what} in Laravel Cloud. To let this step deploy after a change, set <code>redeploy: true</code>.`,
  );
}

/** Names a process by its identity, for a headline: `worker high,default (redis)`, `php artisan reverb:start`. */
export function nameHtml(process: ProcessSpec | ExistingProcess): Html {
  if (process.type !== 'worker' || !('config' in process)) return code(shortName(process));
  const { queue, connection } = queueOf(process);
  const on = connection === undefined ? html`` : html` (${code(connection)})`;
  return html`worker ${code(queue)}${on}`;
}

/** Returns the place of a process: `App in production`, or the instance's id if its name is unknown. */
export function placeOf({
  instance,
  environment,
  instanceId,
}: Pick<Target, 'instance' | 'environment' | 'instanceId'>): Html {
  const place = instance?.name ?? instanceId;
  const parts = [place, environment?.name].flatMap((name) => (name === undefined ? [] : [code(name)]));
  return joined(parts, html` in `);
}

interface ShownProcess {
  readonly settings: Settings;
  /** The changed settings, which the table shows before and after the change. */
  readonly changes: Changes;
  /** `changed`: the step makes the changes. `left`: it leaves the process as it is. */
  readonly kind: 'changed' | 'left';
  readonly createdAt: string | null;
  readonly target: Target;
}

/** Returns one process as a small table, without the facts of its headline. */
export function processFacts({ settings, changes, kind, createdAt, target }: ShownProcess): Html {
  const { processes, ...options } = { ...settings, ...changes };
  const total = isChange(processes) ? processes[kind === 'changed' ? 'to' : 'from'] : processes;
  const shownOptions = optionsOf(options, kind);
  return facts([
    ...(total == null
      ? []
      : ([
          [
            'Processes',
            html`${settingOf(processes, kind)}${totalText(Number(total), scalingOf(target.instance, target.environment))}`,
          ],
        ] as const)),
    ...(shownOptions.markup === '' ? [] : ([['Options', shownOptions]] as const)),
    ...(createdAt === null ? [] : ([['Created', html`${readableDate(createdAt)}`]] as const)),
  ]);
}

/** Returns the options of a process: `tries 3, backoff 10`, with the values as code. */
export function optionsOf(options: Settings, kind: ShownProcess['kind'] = 'changed'): Html {
  const set = Object.entries(options).filter(([, value]) => value !== null && value !== undefined);
  const pieces = set.map(([field, value]) => html`${fieldName(field)} ${settingOf(value, kind)}`);
  return joined(pieces, html`, `);
}

function settingOf(value: unknown, kind: ShownProcess['kind']): Html {
  if (!isChange(value)) return code(shown(value));
  return kind === 'changed' ? beforeAfter(value) : leftAlone(value);
}

function isChange(value: unknown): value is Change {
  return typeof value === 'object' && value !== null && 'from' in value && 'to' in value;
}

/** Returns a value before and after a change: `1` → `2`. */
export function beforeAfter({ from, to }: Change): Html {
  return html`${code(shown(from))} → <strong>${code(shown(to))}</strong>`;
}

/** Returns a value that differs from the declaration, and stays: `1` (declared: `2`). */
export function leftAlone({ from, to }: Change): Html {
  return html`${code(shown(from))} (declared: <strong>${code(shown(to))}</strong>)`;
}

/** Additions to a table of processes. */
interface Marks {
  /** Returns a note about a process, such as `twice`. */
  markOf?(process: ExistingProcess): string | undefined;
  readonly statuses?: ReadonlyMap<string, Health> | undefined;
}

/** Returns processes as a table that fits a phone, with their ids and dates folded below. */
export function processRows(processes: readonly ExistingProcess[], { markOf, statuses }: Marks = {}): Html {
  const rows = processes.map((process) => {
    const { processes: count, ...options } = cloudService.settingsOfExisting(process);
    const mark = markOf?.(process);
    const odd = mark === undefined ? html`` : html` <strong>${mark}</strong>`;
    const status = statusMark(statuses?.get(process.id)?.status);
    return [
      html`${nameHtml(process)}${odd}${below(optionsOf(options))}`,
      html`${status}`,
      html`${shown(count ?? 'unknown')}`,
    ];
  });
  return html`${table(['Background process', 'Status', 'Processes'], rows)}${processIds(processes)}`;
}

/** Returns small print for the content of a cell. */
export function below(small: Html): Html {
  return small.markup === '' ? html`` : html`<br><sub>${small}</sub>`;
}

function statusMark(status: Health['status'] | undefined): string {
  if (status === undefined) return '';
  return { up: '✅ up', restarting: '🔁 restarting', unknown: '❓ unknown' }[status];
}

function processIds(processes: readonly ExistingProcess[]): Html {
  const lines = processes.map((process) => {
    const created = process.createdAt === null ? '' : `, created ${readableDate(process.createdAt)}`;
    return `${process.id}  ${cloudService.describeExisting(process)}${created}`;
  });
  return folded(html`Ids and dates`, preformatted(lines));
}

export type Scaling = Pick<Instance, 'minReplicas' | 'maxReplicas' | 'sleeps'>;

/** Returns the scaling of an instance. An instance sleeps when its environment sleeps. */
export function scalingOf(
  instance: Instance | undefined,
  environment: Pick<Environment, 'hibernates'> | undefined,
): Scaling | undefined {
  return instance && { ...instance, sleeps: instance.sleeps || environment?.hibernates === true };
}

/** Returns `2–4 replicas`; undefined if the numbers are unknown. */
export function replicasText(instance: Scaling | undefined): string | undefined {
  const { minReplicas: min, maxReplicas: max, sleeps } = instance ?? {};
  if (min === undefined || max === undefined) return undefined;
  if (sleeps) return `up to ${max === 1 ? '1 replica' : `${max} replicas`}`;
  const count = span(min, max);
  return count === '1' ? '1 replica' : `${count} replicas`;
}

/** Returns the total of an instance: `In total 18 × 2–4 replicas = 36–72 processes.` */
export function grandTotalText(processes: number, instance: Scaling | undefined): string {
  const { minReplicas: min, maxReplicas: max, sleeps } = instance ?? {};
  if (instance === undefined || min === undefined || max === undefined)
    return `In total ${processes} on each replica.`;
  if (max === 1 && !sleeps) return `In total ${counted(processes, 'process', 'processes')}.`;
  const all = sleeps ? `up to ${max * processes}` : span(min * processes, max * processes);
  return `In total ${processes} × ${replicasText(instance)} = ${all} processes${sleeps ? ', and none while it sleeps' : ''}.`;
}

/** Returns the total of all replicas, each of which runs all processes: ` × 2–4 replicas = 4–8 in total`. */
function totalText(processes: number, instance: Scaling | undefined): string {
  const { minReplicas: min, maxReplicas: max, sleeps } = instance ?? {};
  if (instance === undefined || min === undefined || max === undefined) return ' on each replica';
  if (max === 1) return sleeps ? ', and none while it sleeps' : '';
  const total = sleeps ? `up to ${max * processes}` : span(min * processes, max * processes);
  return ` × ${replicasText(instance)} = ${total} in total${sleeps ? ', and none while it sleeps' : ''}`;
}

function span(low: number, high: number): string {
  return low === high ? String(low) : `${low}–${high}`;
}
