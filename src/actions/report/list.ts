import { identityOf } from '../../cloud/compare.ts';
import type { Health } from '../../cloud/environment-log.ts';
import { cloudManifest } from '../../cloud/manifest.ts';
import type { ExistingProcess } from '../../cloud/process.ts';
import { cloudService } from '../../cloud/service.ts';
import { keyOf } from '../../converge/compare.ts';
import { code, fence, folded, type Html, html } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import { next } from '../../runner/summary.ts';
import { counted, processCount } from '../../text.ts';
import { labelOf, type Running, type RunningPlace } from '../read-running.ts';
import { placeOf, processRows, type Scaling, scalingOf, totalText } from './cloud.ts';

interface ShownList {
  /** The type of the listed processes, with the input `type`. */
  readonly type: string | undefined;
  readonly manifest: string;
  /** The statuses by process id; undefined without `status-window`. */
  readonly statuses: Statuses;
  /** True with `require-status`. */
  readonly isGate: boolean;
}

export type Statuses = ReadonlyMap<string, Health> | undefined;

/** Shows in the summary the processes, and a manifest that declares them. */
export function showListed(
  step: Step,
  { environment, environments, application, places }: Running,
  { type, manifest, statuses, isGate }: ShownList,
): void {
  const count = places.reduce((sum, { processes }) => sum + processes.length, 0);
  const [only, ...others] = places;
  const where =
    environments !== undefined
      ? html`${counted(environments.length, 'environment', 'environments')} of ${code(application ?? '')}`
      : only !== undefined && others.length === 0
        ? placeOf({ instanceId: only.id, instance: only.instance, environment })
        : html`${places.length} clusters of ${code(environment?.name ?? '')}`;
  const what = html`${processCount(count)}${type === undefined ? html`` : html` of type ${code(type)}`}`;
  const restarting = [...(statuses?.values() ?? [])].filter(({ status }) => status === 'restarting').length;
  if (isGate && count === 0) {
    step.log.warning('There is no background process, so require-status checked nothing.');
    step.headline('drifted', html`No background process on ${where}: the step checked nothing`);
    step.summarize(
      next(html`check whether a process is missing: <code>require-status</code> passes where there is none.`),
    );
  } else if (restarting > 0) step.headline('drifted', html`${what} on ${where}, ${restarting} restarting`);
  else step.headline(count === 0 ? 'nothing' : 'done', html`${what} on ${where}`);
  const shown = places.filter(({ processes }) => processes.length > 0);
  const several = (environments?.length ?? others.length) > 0;
  for (const [index, place] of shown.entries()) {
    const scaling = scalingOf(place.instance, place.within ?? environment);
    const table = placeTable(place, scaling, statuses);
    step.summarize(placeBlock(place, table, several, index > 0 || count > manyRows));
  }
  step.summarize(manifestToCopy(manifest, cloudManifest.file));
}

/** The largest number of rows that the summary shows without a click. Every cluster after the first is folded, too. */
const manyRows = 20;

function placeBlock(place: RunningPlace, table: Html, several: boolean, isFolded: boolean): Html {
  const name = labelOf(place);
  if (isFolded) {
    const count = processCount(place.processes.length);
    return folded(html`${name}: ${count}`, table);
  }
  return html`${several ? html`<h4>${code(name)}</h4>` : html``}${table}`;
}

function placeTable(
  { processes, instance }: RunningPlace,
  scaling: Scaling | undefined,
  statuses: Statuses,
): Html {
  const counts = processes.flatMap((process) => process.processes ?? []);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const facts = [
    ...(instance?.type === 'managed_queue' ? ['A managed queue'] : []),
    // No total if the number of a process is unknown.
    ...(counts.length < processes.length
      ? []
      : [`${counted(total, 'process', 'processes')}${totalText(total, scaling)}`]),
  ];
  const lead = facts.length === 0 ? html`` : html`<p>${facts.join(': ')}.</p>`;
  return html`${lead}${processRows(processes, statuses, duplicatesIn(processes))}`;
}

/** Returns the ids of processes that do the same, which a manifest cannot declare. */
function duplicatesIn(processes: readonly ExistingProcess[]): ReadonlySet<string> {
  const known = processes.filter((one) => one.doubt === undefined && cloudService.isDeclarable(one));
  const families = Map.groupBy(known, (one) => keyOf(identityOf(one)));
  return new Set([...families.values()].flatMap((same) => (same.length > 1 ? same.map(({ id }) => id) : [])));
}

/** Returns a manifest for the summary, in a fence with a button that copies it. */
export function manifestToCopy(manifest: string, file: string): Html {
  const title = html`As a manifest, to copy into <code>${file}</code>`;
  return folded(title, fence(manifest.trimEnd().split('\n'), 'yaml'));
}

/** Returns the address of a manifest's schema, for editors: the schema of the action's running version. */
export function schemaUrl({ environment }: Step, name: 'background-processes' | 'forge-processes'): string {
  const repository = environment['GITHUB_ACTION_REPOSITORY'] ?? '';
  const ref = environment['GITHUB_ACTION_REF'] ?? '';
  const isKnown = /^[\w.-]+\/[\w.-]+$/.test(repository) && /^[\w./-]+$/.test(ref);
  const at = isKnown ? `${repository}/${ref}` : 'OWNER/laravel-background-process/v1';
  return `https://raw.githubusercontent.com/${at}/schema/${name}.schema.json`;
}
