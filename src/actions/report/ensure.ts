import { setOptions } from '../../cloud/compare.ts';
import type { ExistingProcess } from '../../cloud/process.ts';
import { cloudService } from '../../cloud/service.ts';
import { type ProcessSpec, processesOfNew } from '../../cloud/spec.ts';
import { describeChanges, hasChanges } from '../../converge/compare.ts';
import type { Ensured } from '../../converge/ensure.ts';
import type { Existing } from '../../converge/listing.ts';
import { type Html, html } from '../../runner/html.ts';
import type { Outputs, Step } from '../../runner/step.ts';
import { type Mark, next } from '../../runner/summary.ts';
import { capitalized } from '../../text.ts';
import type { Target } from '../inputs/target.ts';
import { deployNext, nameHtml, placeOf, processFacts } from './cloud.ts';

/** `declared`: the declaration; undefined for a pinned process, whose declaration need not identify it. */
export type EnsuredCloud = Ensured<ProcessSpec, ExistingProcess> & { readonly declared?: ProcessSpec };

/** Returns the root action's outputs: the process as read back, or as declared if a dry run would create it. */
export function outputsOf(ensured: EnsuredCloud, target: Target): Outputs {
  const { outcome, changes } = ensured;
  return {
    ...(ensured.outcome === 'would-create'
      ? declaredOutputs(ensured.spec, target)
      : knownOutputs(ensured.process, target)),
    outcome,
    'deployment-id': '',
    verified: '',
    stable: '',
    'changes-json': JSON.stringify(changes, (_, value: unknown) => value ?? null),
  };
}

/** Returns the outputs about a process that exists. */
export function knownOutputs(process: ExistingProcess, target: Target): Outputs {
  return {
    'process-id': process.id,
    strategy: process.strategy,
    'strategy-threshold': String(process.strategyThreshold ?? ''),
    type: process.type,
    processes: String(process.processes ?? ''),
    command: process.command ?? '',
    'config-json': JSON.stringify(setOptions(process.config)),
    'created-at': process.createdAt ?? '',
    ...whereOutputs(target, process.instanceId),
    'resource-json': JSON.stringify(process.resource),
  };
}

/** The empty outputs for a process that the step has removed again. */
export const goneOutputs: Outputs = {
  'process-id': '',
  strategy: '',
  'strategy-threshold': '',
  type: '',
  processes: '',
  command: '',
  'config-json': '',
  'created-at': '',
  'resource-json': '',
};

function declaredOutputs(spec: ProcessSpec, target: Target): Outputs {
  return {
    ...goneOutputs,
    type: spec.type,
    processes: String(spec.processes ?? processesOfNew),
    command: spec.type === 'custom' ? spec.command : '',
    'config-json': JSON.stringify(spec.type === 'worker' ? spec.config : {}),
    ...whereOutputs(target, ''),
  };
}

function whereOutputs({ instanceId, instance, environment }: Target, known: string): Outputs {
  return {
    'instance-id': instanceId ?? known,
    'environment-id': environment?.id ?? instance?.environmentId ?? '',
  };
}

/** Returns the outcome as one line of the log. */
export function sentenceFor(what: string, { outcome, process, changes }: Ensured<unknown, Existing>): string {
  const id = process === undefined ? '' : `: ${process.id}`;
  if (outcome === 'unchanged') return `The ${what} exists already${id}`;
  if (outcome === 'replaced') return `Replaced the ${what}: it is ${process?.id} now`;
  if (!outcome.startsWith('would-')) return `${outcomeText(outcome)} the ${what}${id}`;
  const about = hasChanges(changes) ? ` (${describeChanges(changes)})` : '';
  return `Dry run: ${outcome.replace('-', ' ')} the ${what}${about}${id}`;
}

/** Shows in the summary the outcome, the process (in a dry run, the planned one), and the next step. */
export function showEnsured(step: Step, ensured: EnsuredCloud, found: Target, redeploy: boolean): void {
  const { process, changes, ignored } = ensured;
  const target = { ...found, instanceId: found.instanceId ?? process?.instanceId };
  const [mark, verb] = verdictOf(ensured);
  showHeadline(step, mark, verb, ensured, target);
  const settings =
    ensured.outcome === 'would-create'
      ? cloudService.settingsOf(ensured.spec)
      : cloudService.settingsOfExisting(ensured.process);
  const table = processFacts({ settings, changes, ignored, createdAt: process?.createdAt ?? null, target });
  step.summarize(html`${table}${nextStep(ensured, redeploy)}`);
  step.identify('process', process?.id);
  step.identify('instance', target.instanceId);
}

/** Shows that the process waits for a deployment, although the step changed nothing. */
export function showBehind(step: Step, ensured: EnsuredCloud, target: Target, isDryRun: boolean): void {
  showHeadline(step, 'waiting', 'Unchanged, not live yet', ensured, target);
  // The warning of a dry run names the next step.
  if (!isDryRun) step.summarize(deployNext);
}

/** Shows that a deployment has succeeded. `asleep`: the reason why nothing runs in the environment yet. */
export function showLive(
  step: Step,
  ensured: EnsuredCloud,
  target: Target,
  deploymentId: string,
  asleep: string | undefined,
): void {
  step.identify('deployment', deploymentId);
  const isChanged = ensured.outcome !== 'unchanged';
  const differs = !isChanged && hasChanges(ensured.ignored);
  const verb = isChanged ? `${outcomeText(ensured.outcome)} and deployed` : 'Deployed';
  if (differs) showHeadline(step, 'drifted', `${verb}, but differs`, ensured, target);
  else if (asleep === undefined) showHeadline(step, 'done', verb, ensured, target);
  else showHeadline(step, 'waiting', `${verb}, but nothing runs yet`, ensured, target);
}

function showHeadline(step: Step, mark: Mark, verb: string, ensured: EnsuredCloud, target: Target): void {
  const process = ensured.outcome === 'would-create' ? ensured.spec : ensured.process;
  // The response to a create request may not show which process it is.
  const named = 'doubt' in process && process.doubt !== undefined ? (ensured.declared ?? process) : process;
  step.headline(mark, html`${verb}: ${nameHtml(named)} on ${placeOf(target)}`);
}

function verdictOf({ outcome, madeByOther, ignored }: EnsuredCloud): readonly [Mark, string] {
  if (outcome === 'unchanged' && hasChanges(ignored)) return ['drifted', 'Differs, not changed'];
  if (madeByOther && outcome === 'unchanged') return ['waiting', 'Created by another run, not live yet'];
  const [mark, verb] = [markOf(outcome), outcomeText(outcome)];
  return mark === 'done' ? ['waiting', `${verb}, not live yet`] : [mark, verb];
}

/** Returns the outcome in a word or two, for a headline: `Would create`. */
export function outcomeText(outcome: EnsuredCloud['outcome']): string {
  return capitalized(outcome.replace('-', ' '));
}

export function markOf(outcome: EnsuredCloud['outcome']): Mark {
  if (outcome === 'unchanged') return 'nothing';
  return outcome.startsWith('would-') ? 'planned' : 'done';
}

/** Returns the next step of a dry run. `more`: a further effect of the step without `dry-run`. */
export function dryRunNext(outcome: EnsuredCloud['outcome'], more = ''): Html {
  const verb = outcome.slice('would-'.length);
  return html`<p>Dry run: nothing was changed. Remove <code>dry-run</code> to ${verb} it${more}.</p>`;
}

function nextStep({ outcome, ignored }: EnsuredCloud, redeploy: boolean): Html {
  if (outcome === 'unchanged')
    return hasChanges(ignored) ? next(html`to change it, set <code>if-exists: update</code>.`) : html``;
  if (outcome.startsWith('would-')) return dryRunNext(outcome, redeploy ? ' and deploy the environment' : '');
  return redeploy ? html`` : deployNext;
}
