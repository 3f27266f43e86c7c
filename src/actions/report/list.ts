import type { Health } from '../../cloud/environment-log.ts';
import { cloudManifest } from '../../cloud/manifest.ts';
import { code, folded, type Html, html, preformatted } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import { headline } from '../../runner/summary.ts';
import type { Running, RunningPlace } from '../read-running.ts';
import { placeOf, processRows, totalText } from './process.ts';

/** What was found, and the manifest that declares it, for the job's summary: blocks, of which those are shown that fit. */
export function reportListed(
  { environment, places }: Running,
  type: string | undefined,
  manifest: string,
  statuses?: ReadonlyMap<string, Health>,
): readonly Html[] {
  const count = places.reduce((sum, { processes }) => sum + processes.length, 0);
  const [only, ...others] = places;
  const where =
    only !== undefined && others.length === 0
      ? placeOf({ instanceId: only.id, instance: only.instance, environment })
      : html`${places.length} instances of ${code(environment?.name ?? '')}`;
  const what = html`${count} background ${count === 1 ? 'process' : 'processes'}${type === undefined ? html`` : html` of type ${code(type)}`}`;
  const head = headline(count === 0 ? 'nothing' : 'done', html`${what} on ${where}`);
  const tables = places
    .filter(({ processes }) => processes.length > 0)
    .map(
      (place) =>
        html`${others.length === 0 ? html`` : html`<h4>${place.instance?.name ?? place.id}</h4>`}${placeTable(place, statuses)}`,
    );
  return [head, ...tables, manifestToCopy(manifest, cloudManifest.file)];
}

function placeTable(
  { processes, instance }: RunningPlace,
  statuses: ReadonlyMap<string, Health> | undefined,
): Html {
  const total = processes.reduce((sum, process) => sum + process.processes, 0);
  const all = `${total} ${total === 1 ? 'process' : 'processes'}${totalText(total, instance)}`;
  return html`<p>Together: ${all}.</p>${processRows(processes, statuses)}`;
}

/** A manifest as the summary shows it, to be copied into a file. */
export function manifestToCopy(manifest: string, file: string): Html {
  const title = html`As a manifest, to copy into <code>${file}</code>`;
  return folded(title, preformatted(manifest.trimEnd().split('\n')));
}

/** Where editors find the schema of a manifest: in the version of the action that runs. */
export function schemaUrl({ environment }: Step, name: 'background-processes' | 'forge-processes'): string {
  const repository = environment['GITHUB_ACTION_REPOSITORY'] ?? '';
  const ref = environment['GITHUB_ACTION_REF'] ?? '';
  const isKnown = /^[\w.-]+\/[\w.-]+$/.test(repository) && /^[\w./-]+$/.test(ref);
  const at = isKnown ? `${repository}/${ref}` : 'OWNER/laravel-background-process/v1';
  return `https://raw.githubusercontent.com/${at}/schema/${name}.schema.json`;
}
