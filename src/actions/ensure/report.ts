import { type Changes, describeChanges, shown } from '../../processes/drift.ts';
import type { Ensure, Ensured } from '../../processes/ensure.ts';
import type { ExistingProcess } from '../../processes/existing.ts';
import { setOptions } from '../../processes/intended.ts';
import { describe, type ProcessSpec } from '../../processes/spec.ts';
import { code, type Html, html } from '../../runner/html.ts';
import { facts, table } from '../../runner/summary.ts';
import { replicasOf } from '../shared/replicas.ts';
import type { Target } from '../shared/target-inputs.ts';

/** What happened, as one line of the log. */
export function sentenceFor(spec: ProcessSpec, { outcome, process, changes }: Ensured): string {
  const what = describe(spec);
  switch (outcome) {
    case 'created':
      return `Created the ${what}: ${process?.id}`;
    case 'updated':
      return `Updated the ${what}: ${process?.id} (${describeChanges(changes)})`;
    case 'unchanged':
      return `The ${what} exists already: ${process?.id}`;
    case 'would-create':
      return `Dry run: would create the ${what}`;
    case 'would-update':
      return `Dry run: would update the ${what}: ${process?.id} (${describeChanges(changes)})`;
  }
}

/** What was asked, what happened, the process as it is, and what to do next, for the job's summary. */
export function reportEnsured(wanted: Ensure, ensured: Ensured, target: Target, redeploy: boolean): Html {
  const { spec, ifExists, dryRun } = wanted;
  const { outcome, process, changes, ignored } = ensured;
  const asked = html`<p>Asked for: ${code(describe(spec))}, ${numberOf(spec)}, if it exists: ${code(ifExists)}${dryRun ? ', as a dry run' : ''}.</p>`;
  const happened = html`<p><strong>${outcome}</strong>${process === undefined ? html`` : html` ${code(process.id)}`}</p>`;
  return html`${happened}${asked}${changesTable(changes)}${leftAlone(ignored)}${process === undefined ? html`` : processTable(process, target)}${nextStep(ensured, redeploy)}`;
}

function changesTable(changes: Changes): Html {
  const rows = Object.entries(changes);
  if (rows.length === 0) return html``;
  return table(
    ['Changed', 'Before', '→', 'After'],
    rows.map(([field, { from, to }]) => [code(field), code(shown(from)), html`→`, code(shown(to))]),
  );
}

function leftAlone(ignored: Changes): Html {
  return Object.keys(ignored).length === 0
    ? html``
    : html`<p>Not as declared, and left so (what it is → what was declared): ${code(describeChanges(ignored))}</p>`;
}

function processTable(process: ExistingProcess, { instance, environment, instanceId }: Target): Html {
  const name =
    instance === undefined ? (instanceId ?? process.instanceId) : `${instance.name} (${instance.id})`;
  return facts([
    ['Process', code(process.id)],
    ['Type', code(process.type)],
    ['Processes', html`${code(process.processes)} ${replicasOf(process.processes, instance)}`],
    ['Command', code(process.command ?? '')],
    ['Config', code(JSON.stringify(setOptions(process.config)))],
    ['Strategy', code(process.strategy)],
    ['Instance', code(name)],
    ...(environment === undefined ? [] : ([['Environment', code(environment.name)]] as const)),
    ['Created', code(process.createdAt ?? 'unknown')],
  ]);
}

function nextStep({ outcome, ignored }: Ensured, redeploy: boolean): Html {
  switch (outcome) {
    case 'created':
    case 'updated':
      return redeploy ? html`` : html`<p>The change takes effect with the environment’s next deploy.</p>`;
    case 'would-create':
    case 'would-update':
      return html`<p>Nothing was written. Run it without <code>dry-run</code> to make it so.</p>`;
    case 'unchanged':
      return Object.keys(ignored).length === 0
        ? html`<p>Nothing to do.</p>`
        : html`<p>With <code>if-exists: update</code> it would be brought into the declared state.</p>`;
  }
}

function numberOf({ processes }: ProcessSpec): Html {
  if (processes === undefined) return html`as many processes as there are (1 for a new one)`;
  return html`${code(processes)} ${processes === 1 ? 'process' : 'processes'}`;
}
