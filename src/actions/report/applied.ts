import { changesIn, countsOf } from '../../converge/results.ts';
import type { PlanRow } from '../../converge/text.ts';
import { Cancelled, closed, Failure, messageOf } from '../../failure.ts';
import { code, type Html, html, joined } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import { showDone } from '../apply/carry-out.ts';
import type { PlannedMember } from '../apply/plan-members.ts';
import type { ApplyInputs } from '../inputs/apply.ts';
import type { PlanReport, ShownPlan } from './plan.ts';
import { commonOutputs, planOutputs, type ReportedEnvironment } from './plan-outputs.ts';
import { deployAfterChange } from './process.ts';
import { cancelledMidway, runAgain, Unfinished } from './unfinished.ts';

/** The result or the error for one environment. */
export interface MemberResult {
  readonly member: PlannedMember;
  readonly kind: 'planned' | 'done';
  readonly rows: readonly PlanRow[];
  readonly error: unknown;
}

/** Shows the result of all environments, and sets the outputs. Throws a `Failure` if one of them failed. */
export function showEnded(
  step: Step,
  report: PlanReport,
  inputs: ApplyInputs,
  all: readonly MemberResult[],
): void {
  step.output(commonOutputs(all.map(reportOf)));
  const [first] = all;
  if (inputs.manifest.kind === 'one') {
    if (first?.error !== undefined) throw first.error;
    return;
  }
  if (!inputs.dryRun) showDone(step, report, shownOf(all, inputs.goals.redeploy));
  for (const { member } of all) {
    step.summarize(member.part.summary());
    step.identify('deployment', member.rolloutState.deployment);
  }
  throwFailed(step, report, all);
}

function shownOf(all: readonly MemberResult[], redeploy: boolean): Omit<ShownPlan, 'kind'> {
  const rows = all.flatMap((one) => one.rows);
  const effect = effectOf(all);
  const failed = new Set(
    all.flatMap(({ member, error }) => (error === undefined ? [] : [environmentName(member)])),
  );
  const waiting = all.filter((one) => isWaiting(one) || one.member.rolloutState.live === 'behind');
  const todo =
    failed.size === 0 && waiting.length > 0 && !redeploy ? deployAfterChange(namesHtml(waiting)) : html``;
  return { rows, effect, failed, next: html`${deployedIn(all)}${todo}` };
}

/** Returns one line with the deployed environments. */
function deployedIn(all: readonly MemberResult[]): Html {
  const deployed = all.filter(({ member }) => member.rolloutState.deployment !== undefined);
  if (deployed.length === 0) return html``;
  return html`<p>Deployed: ${namesHtml(deployed)}.</p>`;
}

function namesHtml(all: readonly MemberResult[]): Html {
  return joined(
    all.map(({ member }) => code(environmentName(member))),
    html`, `,
  );
}

/**
 * Returns the state of all environments together. One environment that waits for a deployment outweighs those that are
 * live.
 */
function effectOf(all: readonly MemberResult[]): ShownPlan['effect'] {
  if (all.some(isWaiting)) return 'waiting';
  const lives = all.map(({ member }) => member.rolloutState.live);
  return (['behind', 'asleep', 'deployed'] as const).find((effect) => lives.includes(effect));
}

/** True if changes to an environment wait for a deployment. */
function isWaiting({ member: { rolloutState }, rows }: MemberResult): boolean {
  return changesIn(countsOf(rows)) > 0 && rolloutState.live !== 'deployed' && rolloutState.live !== 'asleep';
}

function reportOf({ member: { environment, part }, kind, rows, error }: MemberResult): ReportedEnvironment {
  return {
    environment,
    outputs: { ...planOutputs(rows, kind, () => undefined), ...part.outputs },
    error: error === undefined ? undefined : messageOf(error),
  };
}

/** Throws one error for all failed environments, with the name of each. */
function throwFailed({ cancelled }: Step, { where }: PlanReport, all: readonly MemberResult[]): void {
  const failed = all.filter(({ error }) => error !== undefined);
  const [first] = failed;
  if (first === undefined) return;
  const alone = failed.find(({ error }) => !(error instanceof Failure) || error instanceof Cancelled);
  const rows = all.flatMap((one) => (one.kind === 'done' ? one.rows : []));
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
  const others = all.length - failed.length;
  throw new Failure({
    what: count,
    why: `\n${failed.map(lineFor).join('')}`,
    fix: `${others === 0 ? '' : `Done: the other ${others === 1 ? 'environment' : `${others} environments`}.${effectOf(all.filter(({ error }) => error === undefined)) === 'waiting' ? ' The changes take effect with the next deployment.' : ''}\n`}${runAgain}`,
    headline: `${count}: ${failed.map(({ member }) => environmentName(member)).join(', ')}`,
  });
}

/**
 * Returns a sentence about an environment for the error of a cancelled step: the deployment that goes on, or the failure
 * from before.
 */
function besideText({ member, error }: MemberResult): readonly string[] {
  if (error instanceof Unfinished) return [lineFor({ member, error }).trimEnd()];
  const text = error instanceof Cancelled ? error.details : messageOf(error);
  return text === undefined ? [] : [`${environmentName(member)}: ${closed(text)}`];
}

function lineFor({ member, error }: Pick<MemberResult, 'member' | 'error'>): string {
  if (error instanceof Unfinished) return `${error.what}:${error.why}${error.done}`;
  return `- ${environmentName(member)}: ${messageOf(error)}\n`;
}

function environmentName({ environment: { name } }: PlannedMember): string {
  return name;
}
