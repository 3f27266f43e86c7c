import { type ConvergeWorld, converge } from '../converge/apply.ts';
import { type Aged, unreadableText } from '../converge/listing.ts';
import { type Pace, progressTeller } from '../converge/pace.ts';
import { changesIn, countsOf, type Plan } from '../converge/plan.ts';
import { convergeFailure, describeDone, doneCounts, type OperationResult } from '../converge/result.ts';
import type { Rules } from '../converge/service.ts';
import type { Planned } from '../converge/settled-plan.ts';
import { countsText, plannedRows } from '../converge/text.ts';
import { Failure } from '../failure.ts';
import { type Html, html } from '../runner/html.ts';
import type { Step } from '../runner/step.ts';
import { maxConcurrency } from './inputs/connection.ts';
import type { PlanInputs } from './inputs/plan.ts';
import type { PlanReport } from './report/plan.ts';
import { describeProgress, describeTime } from './report/plan-body.ts';
import { doneOutputs, type Particulars, plannedOutputs } from './report/plan-outputs.ts';

/** What the two services that a manifest can be applied to differ in. */
export interface AppliedService<S, P extends Aged> {
  readonly rules: Rules<S, P>;
  readonly particularsOf: Particulars<S, P>;
  readonly pace: Pace;
  /** Why changes take their time: `Laravel Cloud lets an organization make 30 a minute`. */
  readonly limit: string;
}

type Applying = Pick<PlanInputs<unknown>, 'file' | 'failOnChange'>;

/** Shows a plan in the log, before anything is done about it, and warns of what is there and not in it. */
export function logPlan<S, P extends Aged>(
  step: Step,
  report: PlanReport,
  { states, plan: { operations } }: Planned<S, P>,
  { pace, limit }: AppliedService<S, P>,
): void {
  for (const { place, listing } of states)
    for (const one of listing.unreadable)
      step.log.warning(`Left out of the plan, on ${place.name}: ${unreadableText(one)}.`);
  const counts = countsOf(operations);
  report.log({ rows: plannedRows(operations), counts });
  const time = describeTime(changesIn(counts), pace, limit);
  if (time !== undefined) step.log.info(time);
}

/** Shows what would be done, and sets the outputs of a dry run. */
export function tellPlan<S, P extends Aged>(
  step: Step,
  report: PlanReport,
  { operations }: Plan<S, P>,
  { particularsOf, pace, limit }: AppliedService<S, P>,
): void {
  step.output(plannedOutputs(operations, { particularsOf, warn: (line) => step.log.warning(line) }));
  const counts = countsOf(operations);
  const time = describeTime(changesIn(counts), pace, limit);
  const next = time === undefined ? html`` : html`<p>${time}</p>`;
  report.show({ kind: 'planned', rows: plannedRows(operations), counts, next });
}

/** With `fail-on-change`, a dry run fails when there is anything to change. */
export function refuseDrift<S, P extends Aged>(
  { file, failOnChange }: Applying,
  { operations }: Plan<S, P>,
): void {
  const counts = countsOf(operations);
  if (!failOnChange || changesIn(counts) === 0) return;
  throw new Failure({
    what: 'What runs is not as declared',
    why: `${file} has ${countsText({ ...counts, undeclared: 0 }, 'planned')}, and fail-on-change is true`,
    fix: 'Run it without dry-run to make it so, or change the manifest',
  });
}

interface CarryingOut<S, P extends Aged> {
  readonly step: Step;
  readonly report: PlanReport;
  readonly inputs: Applying;
  readonly service: AppliedService<S, P>;
  readonly makerAt: ConvergeWorld<S, P>['makerAt'];
  /** What to do then. */
  nextStep(isDone: boolean, changes: number): Html;
  /** When what was done takes effect, if not at once. */
  readonly whenLive: string;
}

/** Carries out a plan, shows what came of it, and sets the outputs. Throws a `Failure` when not everything was done. */
export async function carryOut<S, P extends Aged>(
  { plan, states }: Planned<S, P>,
  { step, report, inputs, service, makerAt, nextStep, whenLive }: CarryingOut<S, P>,
): Promise<readonly OperationResult<S, P>[]> {
  step.doing(`applying ${inputs.file}`);
  const { rules, particularsOf, pace } = service;
  const writes = changesIn(countsOf(plan.operations));
  const results = await converge(plan.operations, states, {
    rules,
    makerAt,
    cancelled: step.cancelled,
    concurrency: maxConcurrency,
    onChange: progressTeller(writes, pace, step.clock, (progress) =>
      step.log.info(describeProgress(progress)),
    ),
    warn: (line) => step.log.warning(line),
    log: (line) => step.log.info(line),
  });
  step.output(doneOutputs(results, { particularsOf, warn: (line) => step.log.warning(line) }));
  step.log.info(describeDone(results));
  const counts = doneCounts(results);
  const isDone = results.every(({ status }) => status === 'done');
  report.show({ kind: 'done', rows: results, counts, next: nextStep(isDone, changesIn(counts)) });
  const failure = convergeFailure(`Applying ${inputs.file}`, results, whenLive);
  if (failure !== undefined) throw failure;
  if (changesIn(counts) > 0) step.did('processes', countsText(counts, 'done'));
  return results;
}
