import { shortName } from '../../cloud/compare.ts';
import type { Environment } from '../../cloud/environment.ts';
import type { Health } from '../../cloud/environment-log.ts';
import type { Instance } from '../../cloud/instances.ts';
import type { ExistingProcess } from '../../cloud/process.ts';
import { cloudService } from '../../cloud/service.ts';
import { type ProcessSpec, queueOf } from '../../cloud/spec.ts';
import { type Changes, fieldName, type Settings, shown } from '../../converge/compare.ts';
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
  const { queue, connection } = queueOf(process.config);
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

/** The settings of a process, with those that differ from its declaration. */
interface ShownSettings {
  readonly settings: Settings;
  /** The settings that the step changes. */
  readonly changes?: Changes;
  /** The settings that the step leaves as they are. */
  readonly ignored?: Changes;
}

interface ShownProcess extends ShownSettings {
  readonly createdAt: string | null;
  readonly target: Target;
}

/** Returns one process as a small table, without the facts of its headline. */
export function processFacts({ createdAt, target, ...shown }: ShownProcess): Html {
  const { settings, changes = {}, ignored = {} } = shown;
  const total = ignored['processes']?.from ?? changes['processes']?.to ?? settings['processes'];
  const scaling = scalingOf(target.instance, target.environment);
  return facts([
    [
      'Processes',
      total == null ? html`` : html`${settingHtml('processes', shown)}${totalText(Number(total), scaling)}`,
    ],
    ['Options', optionsHtml(shown)],
    ['Created', html`${createdAt === null ? '' : readableDate(createdAt)}`],
  ]);
}

/** Returns the options of a process: `tries 3, backoff 10`, with the values as code. */
export function optionsHtml(shown: ShownSettings): Html {
  const { processes: _, ...options } = { ...shown.settings, ...shown.changes, ...shown.ignored };
  const pieces = Object.keys(options).map((field) => [fieldName(field), settingHtml(field, shown)] as const);
  const set = pieces.filter(([, { markup }]) => markup !== '');
  return joined(
    set.map(([name, value]) => html`${name} ${value}`),
    html`, `,
  );
}

/**
 * Returns a value as code, a changed one as `1` → `2`, and one that stays as `1` (declared: `2`); empty for an unset
 * value.
 */
export function settingHtml(field: string, { settings, changes = {}, ignored = {} }: ShownSettings): Html {
  const [value, change, left] = [settings[field], changes[field], ignored[field]];
  if (left !== undefined)
    return html`${code(shown(left.from))} (declared: <strong>${code(shown(left.to))}</strong>)`;
  if (change !== undefined)
    return html`${code(shown(change.from))} → <strong>${code(shown(change.to))}</strong>`;
  return value === null || value === undefined ? html`` : code(shown(value));
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
    const settings = cloudService.settingsOfExisting(process);
    const mark = markOf?.(process);
    const odd = mark === undefined ? html`` : html` <strong>${mark}</strong>`;
    const status = statusMark(statuses?.get(process.id)?.status);
    return [
      html`${nameHtml(process)}${odd}${below(optionsHtml({ settings }))}`,
      html`${status}`,
      html`${shown(settings['processes'] ?? 'unknown')}`,
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
  const all = timesReplicas(processes, instance);
  if (instance === undefined || all === undefined) return `In total ${processes} on each replica.`;
  if (instance.maxReplicas === 1 && !instance.sleeps)
    return `In total ${counted(processes, 'process', 'processes')}.`;
  return `In total ${processes}${all} processes${whileAsleep(instance)}.`;
}

/** Returns the total of all replicas, each of which runs all processes: ` × 2–4 replicas = 4–8 in total`. */
function totalText(processes: number, instance: Scaling | undefined): string {
  const all = timesReplicas(processes, instance);
  if (instance === undefined || all === undefined) return ' on each replica';
  return `${instance.maxReplicas === 1 ? '' : `${all} in total`}${whileAsleep(instance)}`;
}

/** Returns ` × 2–4 replicas = 4–8`; undefined if the numbers are unknown. */
function timesReplicas(processes: number, instance: Scaling | undefined): string | undefined {
  const { minReplicas: min, maxReplicas: max, sleeps } = instance ?? {};
  if (min === undefined || max === undefined) return undefined;
  const all = sleeps ? `up to ${max * processes}` : span(min * processes, max * processes);
  return ` × ${replicasText(instance)} = ${all}`;
}

function whileAsleep({ sleeps }: Scaling): string {
  return sleeps ? ', and none while it sleeps' : '';
}

function span(low: number, high: number): string {
  return low === high ? String(low) : `${low}–${high}`;
}
