import { cloudManifest } from '../../manifest/cloud-manifest.ts';
import { code, type Html, html } from '../../runner/html.ts';
import { headline } from '../../runner/summary.ts';
import { manifestToCopy } from '../shared/manifest-to-copy.ts';
import { placeOf, processRows } from '../shared/process-table.ts';
import { totalText } from '../shared/replicas.ts';
import type { Running, RunningPlace } from './read.ts';

/** What was found, and the manifest that declares it, for the job's summary: blocks, of which those are shown that fit. */
export function reportListed(
  { environment, places }: Running,
  type: string | undefined,
  manifest: string,
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
        html`${others.length === 0 ? html`` : html`<h4>${place.instance?.name ?? place.id}</h4>`}${placeTable(place)}`,
    );
  return [head, ...tables, manifestToCopy(manifest, cloudManifest.file)];
}

function placeTable({ processes, instance }: RunningPlace): Html {
  const total = processes.reduce((sum, process) => sum + process.processes, 0);
  const all = `${total} ${total === 1 ? 'process' : 'processes'}${totalText(total, instance)}`;
  return html`<p>Together: ${all}.</p>${processRows(processes)}`;
}
