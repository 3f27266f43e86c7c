import type { ForgeEnsure, ForgeEnsured } from '../../../forge/ensure.ts';
import type { ForgeProcess } from '../../../forge/process.ts';
import { describe, type ForgeSpec } from '../../../forge/spec.ts';
import { describeChanges } from '../../../processes/drift.ts';
import { code, type Html, html } from '../../../runner/html.ts';
import { facts } from '../../../runner/summary.ts';

/** What happened, as one line of the log. */
export function sentenceFor(spec: ForgeSpec, { outcome, process, changes }: ForgeEnsured): string {
  const what = describe(spec);
  switch (outcome) {
    case 'created':
      return `Created the ${what}: ${process?.id}`;
    case 'unchanged':
      return `The ${what} exists already: ${process?.id}`;
    case 'replaced':
      return `Replaced the ${what}: it is ${process?.id} now (${describeChanges(changes)})`;
    case 'would-create':
      return `Dry run: would create the ${what}`;
    case 'would-replace':
      return `Dry run: would replace the ${what}: ${process?.id} (${describeChanges(changes)})`;
  }
}

/** What was asked, what happened, the process as it is, and what to do next, for the job's summary. */
export function reportForge(
  { spec, ifExists, dryRun }: ForgeEnsure,
  ensured: ForgeEnsured,
  server: string,
): Html {
  const { outcome, process, changes, ignored } = ensured;
  const happened = html`<p><strong>${outcome}</strong>${process === undefined ? html`` : html` ${code(process.id)}`} on server ${server}</p>`;
  const asked = html`<p>Asked for: ${code(describe(spec))}, ${numberOf(spec)}, if it exists: ${code(ifExists)}${dryRun ? ', as a dry run' : ''}.</p>`;
  return html`${happened}${asked}${listed('Changed', changes)}${listed('Not as declared, and left so', ignored)}${process === undefined ? html`` : processFacts(process)}${nextStep(outcome)}`;
}

function listed(title: string, changes: ForgeEnsured['changes']): Html {
  return Object.keys(changes).length === 0
    ? html``
    : html`<p>${title}: ${code(describeChanges(changes))}</p>`;
}

function processFacts({ id, status, command, user, directory, processes, createdAt }: ForgeProcess): Html {
  return facts([
    ['Process', code(id)],
    ['Status', code(status)],
    ['Command', code(command)],
    ['User', code(user)],
    ['Directory', code(directory ?? 'none')],
    ['Processes', code(processes)],
    ['Created', code(createdAt ?? 'unknown')],
  ]);
}

function nextStep(outcome: ForgeEnsured['outcome']): Html {
  switch (outcome) {
    case 'created':
    case 'replaced':
      return html`<p>Forge is starting it; <code>forge/list</code> with <code>require-status</code> waits until it runs.</p>`;
    case 'would-create':
    case 'would-replace':
      return html`<p>Nothing was written. Run it without <code>dry-run</code> to make it so.</p>`;
    case 'unchanged':
      return html`<p>Nothing to do. After a deploy, <code>forge/restart</code> makes it run the new code.</p>`;
  }
}

function numberOf({ processes }: ForgeSpec): Html {
  if (processes === undefined) return html`as many processes as there are (1 for a new one)`;
  return html`${code(processes)} ${processes === 1 ? 'process' : 'processes'}`;
}
