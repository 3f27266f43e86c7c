import { setOptions } from '../../cloud/drift.ts';
import type { Ensured } from '../../cloud/ensure.ts';
import type { ExistingProcess } from '../../cloud/process.ts';
import { cloudRules } from '../../cloud/service.ts';
import { describe, type PinnedSpec, type ProcessSpec, processesOfNew } from '../../cloud/spec.ts';
import { describeChanges } from '../../converge/changes.ts';
import { type Html, html } from '../../runner/html.ts';
import type { Outputs } from '../../runner/step.ts';
import { headline, type Mark, next } from '../../runner/summary.ts';
import type { Target } from '../inputs/target.ts';
import { idLine, nameOf, placeOf, processFacts } from './process.ts';

/** The root action's outputs: the process as read back or, when it would only be created, as declared. */
export function outputsOf(ensured: Ensured, target: Target): Outputs {
  const { outcome, changes } = ensured;
  return {
    ...(ensured.outcome === 'would-create'
      ? declaredOutputs(ensured.spec, target)
      : knownOutputs(ensured.process, target)),
    outcome,
    'deployment-id': '',
    verified: '',
    stable: '',
    'changes-json': JSON.stringify(changes),
  };
}

/** What is known of a process that exists. */
export function knownOutputs(process: ExistingProcess, target: Target): Outputs {
  return {
    'process-id': process.id,
    strategy: process.strategy,
    'strategy-threshold': String(process.strategyThreshold ?? ''),
    type: process.type,
    processes: String(process.processes),
    command: process.command ?? '',
    'config-json': JSON.stringify(setOptions(process.config)),
    'created-at': process.createdAt ?? '',
    ...whereOutputs(target, process.instanceId),
    'resource-json': JSON.stringify(process.resource),
  };
}

function declaredOutputs(spec: ProcessSpec, target: Target): Outputs {
  return {
    'process-id': '',
    strategy: '',
    'strategy-threshold': '',
    type: spec.type,
    processes: String(spec.processes ?? processesOfNew),
    command: spec.type === 'custom' ? spec.command : '',
    'config-json': JSON.stringify(spec.type === 'worker' ? spec.config : {}),
    'created-at': '',
    ...whereOutputs(target, ''),
    'resource-json': '',
  };
}

function whereOutputs({ instanceId, instance, environment }: Target, known: string): Outputs {
  return {
    'instance-id': instanceId ?? known,
    'environment-id': environment?.id ?? instance?.environmentId ?? '',
  };
}

/** What happened, as one line of the log. */
export function sentenceFor(spec: PinnedSpec, { outcome, process, changes }: Ensured): string {
  const what = describe(spec);
  switch (outcome) {
    case 'created':
      return `Created the ${what}: ${process?.id}`;
    case 'updated':
      return `Updated the ${what} (${describeChanges(changes)}): ${process?.id}`;
    case 'unchanged':
      return `The ${what} exists already: ${process?.id}`;
    case 'would-create':
      return `Dry run: would create the ${what}`;
    case 'would-update':
      return `Dry run: would update the ${what} (${describeChanges(changes)}): ${process?.id}`;
  }
}

/** What happened to what, the process as it is or would be, and what to do next, for the job's summary. */
export function reportEnsured(ensured: Ensured, target: Target, redeploy: boolean): Html {
  const { process, changes, ignored } = ensured;
  const drifted = Object.keys(ignored).length > 0;
  const [mark, verb] = drifted ? (['drifted', 'Drifted and left'] as const) : verdicts[ensured.outcome];
  const shown = {
    settings:
      ensured.outcome === 'would-create'
        ? cloudRules.settingsOf(ensured.spec)
        : cloudRules.settingsOfExisting(ensured.process),
    createdAt: process?.createdAt ?? null,
    target: { ...target, instanceId: target.instanceId ?? process?.instanceId },
  };
  const table = processFacts(
    drifted ? { ...shown, changes: ignored, kind: 'left' } : { ...shown, changes, kind: 'changed' },
  );
  const ids = idLine([
    ['process', process?.id],
    ['instance', shown.target.instanceId],
  ]);
  return html`${headline(mark, html`${verb}: ${nameOf(ensured.outcome === 'would-create' ? ensured.spec : ensured.process)} on ${placeOf(shown.target)}`)}${table}${nextStep(ensured, redeploy)}${ids}`;
}

const verdicts = {
  created: ['done', 'Created'],
  updated: ['done', 'Updated'],
  unchanged: ['nothing', 'Unchanged'],
  'would-create': ['planned', 'Would create'],
  'would-update': ['planned', 'Would update'],
} as const satisfies Record<Ensured['outcome'], readonly [Mark, string]>;

function nextStep({ outcome, ignored }: Ensured, redeploy: boolean): Html {
  switch (outcome) {
    case 'created':
    case 'updated':
      return redeploy
        ? html``
        : next(
            html`deploy the environment, since the change takes effect with its next deploy. With <code>redeploy: true</code> this step does it.`,
          );
    case 'would-create':
    case 'would-update':
      return next(html`run it without <code>dry-run</code>. Nothing was written.`);
    case 'unchanged':
      return Object.keys(ignored).length === 0
        ? html``
        : next(html`use <code>if-exists: update</code> to bring it into the declared state.`);
  }
}
