import { setOptions } from '../../cloud/drift.ts';
import type { Ensured } from '../../cloud/ensure.ts';
import type { ExistingProcess } from '../../cloud/process.ts';
import { cloudRules } from '../../cloud/service.ts';
import { describe, type PinnedSpec, type ProcessSpec, processesOfNew } from '../../cloud/spec.ts';
import { describeChanges } from '../../converge/changes.ts';
import { type Html, html } from '../../runner/html.ts';
import type { Outputs, Step } from '../../runner/step.ts';
import { type Mark, next } from '../../runner/summary.ts';
import type { Target } from '../inputs/target.ts';
import { deployNext, idLine, nameOf, placeOf, processFacts } from './process.ts';

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

/** Shows in the summary what happened to what, the process as it is or would be, and what to do next. */
export function showEnsured(step: Step, ensured: Ensured, found: Target, redeploy: boolean): void {
  const { process, changes, ignored } = ensured;
  const target = { ...found, instanceId: found.instanceId ?? process?.instanceId };
  const isLeft = Object.keys(ignored).length > 0;
  const [mark, verb] = isLeft ? (['drifted', 'Differs, not changed'] as const) : verdictOf(ensured);
  step.headline(mark, html`${verb}: ${whatOf(ensured)} on ${placeOf(target)}`);
  const settings =
    ensured.outcome === 'would-create'
      ? cloudRules.settingsOf(ensured.spec)
      : cloudRules.settingsOfExisting(ensured.process);
  const shown = { settings, createdAt: process?.createdAt ?? null, target };
  const table = processFacts(
    isLeft ? { ...shown, changes: ignored, kind: 'left' } : { ...shown, changes, kind: 'changed' },
  );
  const ids = idLine([
    ['process', process?.id],
    ['instance', target.instanceId],
  ]);
  step.summarize(html`${table}${nextStep(ensured, redeploy)}${ids}`);
}

/** Says that the change is live now. */
export function showLive(step: Step, ensured: Ensured, target: Target): void {
  step.headline('done', html`${liveVerbs[ensured.outcome]}: ${whatOf(ensured)} on ${placeOf(target)}`);
}

const liveVerbs = {
  created: 'Created and live',
  updated: 'Updated and live',
  unchanged: 'Deployed, live now',
  'would-create': 'Would create',
  'would-update': 'Would update',
} as const satisfies Record<Ensured['outcome'], string>;

function whatOf(ensured: Ensured): Html {
  return nameOf(ensured.outcome === 'would-create' ? ensured.spec : ensured.process);
}

function verdictOf({ outcome, madeByOther }: Ensured): readonly [Mark, string] {
  return madeByOther ? ['waiting', 'Created by another run, not live yet'] : verdicts[outcome];
}

const verdicts = {
  created: ['waiting', 'Created, not live yet'],
  updated: ['waiting', 'Updated, not live yet'],
  unchanged: ['nothing', 'Unchanged'],
  'would-create': ['planned', 'Would create'],
  'would-update': ['planned', 'Would update'],
} as const satisfies Record<Ensured['outcome'], readonly [Mark, string]>;

function nextStep({ outcome, ignored }: Ensured, redeploy: boolean): Html {
  switch (outcome) {
    case 'created':
    case 'updated':
      return redeploy ? html`` : deployNext;
    case 'would-create':
      return html`<p>Dry run: nothing was changed. Remove <code>dry-run</code> to create it.</p>`;
    case 'would-update':
      return html`<p>Dry run: nothing was changed. Remove <code>dry-run</code> to update it.</p>`;
    case 'unchanged':
      return Object.keys(ignored).length === 0
        ? html``
        : next(html`to change it, set <code>if-exists: update</code>.`);
  }
}
