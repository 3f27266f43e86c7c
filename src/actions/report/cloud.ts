import { shortName } from '../../cloud/compare.ts';
import { readFailingStep } from '../../cloud/deployments.ts';
import { type Environment, sleepOf, whyAsleep } from '../../cloud/environment.ts';
import type { Health } from '../../cloud/environment-log.ts';
import type { Instance } from '../../cloud/instances.ts';
import type { ExistingProcess } from '../../cloud/process.ts';
import { cloudService } from '../../cloud/service.ts';
import { type ProcessSpec, queueOf } from '../../cloud/spec.ts';
import { type Changes, fieldName, type Settings, shown } from '../../converge/compare.ts';
import { Cancelled, messageOf } from '../../failure.ts';
import type { HttpClient } from '../../http/client.ts';
import { code, folded, type Html, html, joined, preformatted } from '../../runner/html.ts';
import type { Outputs, Step } from '../../runner/step.ts';
import { facts, next, table } from '../../runner/summary.ts';
import { capitalized, firstOf, maxLines } from '../../text.ts';
import { readableDate } from '../../time.ts';
import type { Target } from '../inputs/target.ts';

/** Returns the outputs `ids-json` and `count`. */
export function idOutputs(processes: readonly { readonly id: string }[]): Outputs {
  return { 'ids-json': JSON.stringify(processes.map(({ id }) => id)), count: String(processes.length) };
}

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
  const isKnown = process.type === 'worker' && 'config' in process && !('doubt' in process && process.doubt);
  if (!isKnown) return code(shortName(process));
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

/** Returns a setting as `1`, `1` → `2`, or `1` (declared: `2`) if it stays; empty if unset. */
export function settingHtml(field: string, { settings, changes = {}, ignored = {} }: ShownSettings): Html {
  const [value, change, left] = [settings[field], changes[field], ignored[field]];
  if (left !== undefined)
    return html`${code(shown(left.from))} (declared: <strong>${code(shown(left.to))}</strong>)`;
  if (change !== undefined)
    return html`${code(shown(change.from))} → <strong>${code(shown(change.to))}</strong>`;
  return value === null || value === undefined ? html`` : code(shown(value));
}

/**
 * Returns processes as a table that fits a phone, with their ids and dates folded below. `statuses`: by process id, if
 * they are known. `duplicates`: ids of processes to mark.
 */
export function processRows(
  processes: readonly ExistingProcess[],
  statuses?: ReadonlyMap<string, Health>,
  duplicates: ReadonlySet<string> = new Set(),
): Html {
  const rows = processes.map((process) => {
    const settings = cloudService.settingsOfExisting(process);
    return [
      html`${nameHtml(process)}${duplicates.has(process.id) ? ' · duplicate' : ''}${below(optionsHtml({ settings }))}`,
      html`${statusMark(statuses?.get(process.id)?.status)}`,
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

/** Returns the total of all replicas, each of which runs all processes: ` × 2–4 replicas = 4–8 in total`. */
export function totalText(processes: number, instance: Scaling | undefined): string {
  const { minReplicas: min, maxReplicas: max, sleeps } = instance ?? {};
  if (min === undefined || max === undefined) return ' on each replica';
  const all = sleeps ? `up to ${max * processes}` : span(min * processes, max * processes);
  const total = max === 1 ? '' : ` × ${replicasText(instance)} = ${all} in total`;
  return `${total}${sleeps ? ', and none while it sleeps' : ''}`;
}

function span(low: number, high: number): string {
  return low === high ? String(low) : `${low}–${high}`;
}

/** Warns that nothing runs in an environment while it sleeps: the list of its processes looks the same then. */
export function saySleep(step: Step, environment: Environment | undefined): void {
  if (environment === undefined) return;
  const why = whyAsleep(environment);
  if (why !== undefined) step.warn(`${capitalized(why)}.`);
  else if (environment.hibernates)
    step.warn(
      `The environment ${environment.name} hibernates when it gets no requests. Its background processes stop with it.`,
    );
}

/** Warns of all environments that may sleep, once. */
export function sayAllSleep(step: Step, environments: readonly Environment[]): void {
  const names = environments.flatMap((one) => {
    if (sleepOf(one) !== undefined) return [`${one.name} (${one.status})`];
    return one.hibernates ? [one.name] : [];
  });
  if (names.length > 0)
    step.warn(
      `Nothing runs in an environment while it hibernates or is stopped: ${firstOf(names, maxLines)}.`,
    );
}

/** The limits of a log in the summary. Laravel Cloud has the whole log. */
const most = { lines: 60, characters: 10_000 } as const;

/** Shows in the summary the step at which a deployment failed. Only warns if the step cannot be read. */
export async function showFailingStep(
  step: Step,
  client: HttpClient,
  deploymentId: string,
  redact: (text: string) => string,
): Promise<void> {
  try {
    const failing = await readFailingStep(client, deploymentId);
    if (failing === undefined) return step.log.warning(`Deployment ${deploymentId} has no logs to show.`);
    const title = html`Deployment step ${code(failing.name)}: ${code(failing.status)}`;
    step.summarize(lastLines(step, title, redact(failing.output)));
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    step.log.warning(`The logs of deployment ${deploymentId} could not be read. ${messageOf(error)}`);
  }
}

/** Returns the last lines of an application's output, which is text from outside. */
export function lastLines(step: Step, title: Html, output: string): Html {
  // Redacted before the cut: a part of a secret would not be recognized.
  const all = step.secrets.redact(output).trimEnd().split(/\r?\n/);
  const lines = all.slice(-most.lines);
  while (lines.length > 1 && lines.join('\n').length > most.characters) lines.shift();
  const [first = ''] = lines;
  if (lines.length === 1 && first.length > most.characters) lines[0] = `…${first.slice(-most.characters)}`;
  const left = all.length - lines.length;
  const note = left > 0 ? html`<p>${left} lines before these are in Laravel Cloud.</p>` : html``;
  const shown = output.trim() === '' ? html`<p>It printed nothing.</p>` : preformatted(lines);
  return html`<p>${title}</p>${note}${shown}`;
}
