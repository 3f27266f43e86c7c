import { changesIn, countsOf } from '../../converge/plan.ts';
import { Cancelled, closed, Failure, messageOf } from '../../failure.ts';
import { code, type Html, html, joined } from '../../runner/html.ts';
import type { Outputs, Step } from '../../runner/step.ts';
import { firstOf, shorten } from '../../text.ts';
import type { ApplyInputs } from '../inputs/apply.ts';
import { deployAfterChange, deployNext } from '../report/cloud.ts';
import { type PlanReport, refused, type ShownPlan } from '../report/plan.ts';
import { cancelledMidway, runAgain, Unfinished } from '../report/unfinished.ts';
import { rowsOf } from './carry-out.ts';
import type { MemberResult } from './change-members.ts';
import type { PlannedMember } from './plan-members.ts';

/** Shows the result of all environments, and sets the outputs. Throws a `Failure` if one of them failed. */
export function showEnded(report: PlanReport, inputs: ApplyInputs, all: readonly MemberResult[]): void {
  const { step } = report;
  const { dryRun, goals } = inputs;
  step.output(commonOutputs(all, dryRun));
  const [first] = all;
  if (inputs.manifest.kind === 'one' && first !== undefined) {
    const { live, deployment } = first.member.rolloutState;
    const next = live === 'behind' && !dryRun ? deployNext : html``;
    if (live !== undefined) report.update({ effect: live, next });
    step.identify('deployment', deployment);
    if (first.error !== undefined) throw first.error;
    return;
  }
  const shown = shownOf(all, goals.redeploy);
  if (dryRun) report.update({ effect: shown.effect, effectIn: shown.effectIn, next: html`` });
  else report.show({ kind: 'done', ...shown });
  const waiting = goals.redeploy ? [] : all.filter(isWaiting).map(({ member }) => member.name);
  if (waiting.length > 0)
    step.log.notice(
      `Changes take effect with the next deployment of ${firstOf(waiting, 10)}. To let this step deploy after a change, set redeploy: true.`,
    );
  for (const { member } of all) {
    step.summarize(member.part.summary());
    step.identify('deployment', member.rolloutState.deployment);
  }
  throwFailed(report, dryRun, all);
}

/** Sets the outputs about the environments of a refused plan. */
export function outputRefused(step: Step, planned: readonly PlannedMember[], error: unknown): void {
  const all = planned.map((member) => ({ member, rows: member.rows.map(refused), error }));
  step.output(commonOutputs(all, false));
}

/** Returns the outputs about environments. An output on which the environments differ is empty. */
function commonOutputs(all: readonly MemberResult[], dryRun: boolean): Outputs {
  const valuesOf = (name: string) => new Set(all.map(({ member }) => member.part.outputs[name] ?? ''));
  const common = ([first = '', ...others]: Iterable<string>): string => (others.length === 0 ? first : '');
  const deployments = valuesOf('deployment-id');
  // An environment without a change has none.
  deployments.delete('');
  return {
    'environment-id': common(valuesOf('environment-id')),
    'deployment-id': common(deployments),
    verified: common(valuesOf('verified')),
    stable: common(valuesOf('stable')),
    'environments-json': JSON.stringify(all.map((one) => environmentRow(one, dryRun))),
  };
}

/** Returns an environment of `environments-json`. */
function environmentRow({ member: { environment, part }, rows, error }: MemberResult, dryRun: boolean) {
  const { outputs } = part;
  const counts = countsOf(rows);
  const outcome = changesIn(counts) === 0 ? 'unchanged' : dryRun ? 'would-change' : 'changed';
  return {
    environment: environment.name,
    environment_id: environment.id,
    // An environment that failed before its first change may differ from the manifest.
    outcome: error !== undefined && outcome === 'unchanged' ? null : outcome,
    created: counts.created,
    updated: counts.updated,
    deleted: counts.deleted,
    unchanged: counts.unchanged,
    undeclared: counts.undeclared,
    deployment_id: outputs['deployment-id'] || null,
    verified: outputs['verified'] || null,
    stable: outputs['stable'] || null,
    // A refusal of the whole plan stands in each row, and an output holds about a million characters.
    error: error === undefined ? null : shorten(messageOf(error), 5_000),
  };
}

function shownOf(all: readonly MemberResult[], redeploy: boolean): Omit<ShownPlan, 'kind'> {
  const failures = all.filter(({ error }) => error !== undefined);
  // A cancelled environment has not failed: the headline tells of the cancellation.
  const failed = new Set(
    failures.filter(({ error }) => !(error instanceof Cancelled)).map(({ member }) => member.name),
  );
  const waiting = all.filter((one) => isWaiting(one) || one.member.rolloutState.live === 'behind');
  const todo =
    failures.length === 0 && waiting.length > 0 && !redeploy
      ? deployAfterChange(environmentNames(waiting))
      : html``;
  const effect = effectOf(all);
  const touched = all.filter((one) => stateOf(one) !== undefined || changesIn(countsOf(one.rows)) > 0);
  const affected = touched.filter((one) => stateOf(one) === effect).map(({ member }) => member.name);
  const effectIn = affected.length === touched.length ? [] : affected;
  return { rows: rowsOf(all), effect, effectIn, failed, next: html`${deployedIn(all)}${todo}` };
}

/** Returns one line with the deployed environments; empty in a plan for one, which the headline names. */
function deployedIn(all: readonly MemberResult[]): Html {
  const deployed = all.filter(
    ({ member }) => member.within !== undefined && member.rolloutState.deployment !== undefined,
  );
  if (deployed.length === 0) return html``;
  return html`<p>Deployed: ${environmentNames(deployed)}.</p>`;
}

function environmentNames(all: readonly MemberResult[]): Html {
  return joined(
    all.map(({ member }) => code(member.name)),
    html`, `,
  );
}

/** Returns the state of all environments together: one that waits outweighs those that are live. */
function effectOf(all: readonly MemberResult[]): ShownPlan['effect'] {
  const states = all.map(stateOf);
  return (['waiting', 'behind', 'asleep', 'deployed'] as const).find((effect) => states.includes(effect));
}

function stateOf(one: MemberResult): ShownPlan['effect'] {
  return isWaiting(one) ? 'waiting' : one.member.rolloutState.live;
}

function isWaiting({ member: { rolloutState }, rows }: MemberResult): boolean {
  const made = rows.filter(({ status }) => status !== 'planned');
  return changesIn(countsOf(made)) > 0 && rolloutState.live !== 'deployed' && rolloutState.live !== 'asleep';
}

/** Throws one error for all failed environments, with the name of each. */
function throwFailed(
  { where, step: { cancelled } }: PlanReport,
  dryRun: boolean,
  all: readonly MemberResult[],
): void {
  const failed = all.filter(({ error }) => error !== undefined);
  const [first] = failed;
  if (first === undefined) return;
  const alone = failed.find(({ error }) => !(error instanceof Failure) || error instanceof Cancelled);
  const rows = dryRun ? [] : rowsOf(all);
  if (alone?.error instanceof Cancelled && changesIn(countsOf(rows)) > 0) {
    // The rows name the changes that failed.
    const others = failed.filter(({ error }) => !(error instanceof Unfinished));
    throw cancelledMidway({ where, cancelled }, rows, others.flatMap(besideText));
  }
  const besides = failed.flatMap(besideText);
  if (alone?.error instanceof Cancelled && failed.length > 1 && besides.length > 0) {
    const { what, headline = what } = alone.error;
    const why = besides.join('\n');
    throw new Cancelled({ what: headline, why, headline, details: why });
  }
  if (alone !== undefined || all.length === 1) throw (alone ?? first).error;
  const count = `${failed.length} of ${all.length} environments failed`;
  const lines = `\n${failed.map(lineFor).join('')}`;
  const reached = all.filter(({ error }) => error === undefined);
  const others = reached.length === 1 ? 'environment' : `${reached.length} environments`;
  const effect = effectOf(reached) === 'waiting' ? ' The changes take effect with the next deployment.' : '';
  const done = reached.length === 0 ? '' : `Done: the other ${others}.${effect}\n`;
  throw new Failure({
    what: count,
    // A dry run has done nothing, and will do nothing.
    ...(dryRun ? { why: lines.trimEnd() } : { why: lines, fix: `${done}${runAgain}` }),
    headline: `${count}: ${failed.map(({ member }) => member.name).join(', ')}`,
  });
}

/** For the error of a cancelled step: an environment with its running deployment, or its failure. */
function besideText({ member, error }: MemberResult): readonly string[] {
  if (error instanceof Unfinished) return [lineFor({ member, error }).trimEnd()];
  const text = error instanceof Cancelled ? error.details : messageOf(error);
  return text === undefined ? [] : [`${member.name}: ${closed(text)}`];
}

function lineFor({ member, error }: Pick<MemberResult, 'member' | 'error'>): string {
  if (error instanceof Unfinished) return `${error.what}:${error.why}${error.done}`;
  return `- ${member.name}: ${messageOf(error)}\n`;
}
