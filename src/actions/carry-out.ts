import { type ApplyWorld, applyPlan } from '../converge/apply.ts';
import { type Counts, changesIn, countsOf, countsText } from '../converge/counts.ts';
import { doubtText, type Existing } from '../converge/listing.ts';
import type { Runtime } from '../converge/look.ts';
import { type Pace, progressTeller } from '../converge/pace.ts';
import { placeName } from '../converge/plan.ts';
import type { OperationResult } from '../converge/result.ts';
import type { Service } from '../converge/service.ts';
import type { Planned } from '../converge/settled-plan.ts';
import { doneRows, type Naming, type PlanRow, plannedRows } from '../converge/text.ts';
import { Failure } from '../failure.ts';
import { maxConcurrency } from '../http/transport.ts';
import { type Html, html } from '../runner/html.ts';
import type { Step } from '../runner/step.ts';
import type { PlanInputs } from './inputs/plan.ts';
import type { PlanReport } from './report/plan.ts';
import { describeProgress, describeTime } from './report/plan-body.ts';
import { planOutputs } from './report/plan-outputs.ts';
import { unfinished } from './report/unfinished.ts';
import type { Session } from './session.ts';

/** What the two services that a manifest can be applied to differ in. */
export interface AppliedService<S, P extends Existing> {
  readonly service: Service<S, P>;
  readonly naming: Naming<S, P>;
  readonly pace: Pace;
  /** Why changes take their time: `Laravel Cloud lets an organization make 30 a minute`. */
  readonly limit: string;
}

type Applying = Pick<PlanInputs<unknown>, 'file' | 'failOnChange'>;

/** Shows a plan in the log, before anything is done about it, and warns of what is there and not in it. */
export function logPlan<S, P extends Existing>(
  step: Step,
  report: PlanReport,
  { states, plan: { operations } }: Planned<S, P>,
  { naming, pace, limit }: AppliedService<S, P>,
): readonly PlanRow[] {
  for (const { place, listing } of states)
    for (const process of listing.processes.filter(({ doubt }) => doubt !== undefined))
      step.warn(`Left out of the plan, on ${placeName(place)}: ${doubtText(process)}.`);
  const rows = plannedRows(operations, naming);
  report.log(rows);
  const time = describeTime(changesIn(countsOf(rows)), pace, limit);
  if (time !== undefined) step.log.info(time);
  return rows;
}

export function showPlan<S, P extends Existing>(
  step: Step,
  report: PlanReport,
  rows: readonly PlanRow[],
  { pace, limit }: AppliedService<S, P>,
): void {
  step.output(planOutputs(rows, 'planned', (line) => step.log.warning(line)));
  const time = describeTime(changesIn(countsOf(rows)), pace, limit);
  report.show({ kind: 'planned', rows, time, next: html`` });
}

/** With `fail-on-change`, a dry run fails when there is anything to change. */
export function refuseDrift(
  { file, failOnChange }: Applying,
  { where }: PlanReport,
  rows: readonly PlanRow[],
): void {
  const counts = { ...countsOf(rows), undeclared: 0 };
  if (!failOnChange || changesIn(counts) === 0) return;
  const changes = countsText(counts, 'planned');
  throw new Failure({
    what: 'Drift',
    why: `"${where}" differs from ${file} (${changes})`,
    fix: 'Run apply without dry-run, or change the manifest',
    headline: `Drift in "${where}": ${changes}`,
    isDrift: true,
  });
}

/** `Done: 1 created, 1 of 2 changes not made`, for the log. */
export function describeDone(counts: Counts): string {
  const text = countsText(counts, 'done');
  return changesIn(counts) === 0 && counts.undone > 0 ? text : `Done: ${text}`;
}

interface CarryingOut<S, P extends Existing> {
  readonly session: Session;
  readonly report: PlanReport;
  readonly inputs: Applying;
  readonly service: AppliedService<S, P>;
  openAt(
    ...at: [...Parameters<ApplyWorld<S, P>['openAt']>, runtime: Runtime]
  ): ReturnType<ApplyWorld<S, P>['openAt']>;
  nextStep(counts: Counts): Html;
  /** When the changes take effect, as a sentence without its full stop; left out, they do at once. */
  readonly whenLive?: string;
}

/** Carries out a plan, shows what came of it, and sets the outputs. Throws a `Failure` when not everything was done. */
export async function carryOut<S, P extends Existing>(
  { plan, states }: Planned<S, P>,
  { session, report, inputs, service: applied, openAt, nextStep, whenLive }: CarryingOut<S, P>,
): Promise<readonly OperationResult<S, P>[]> {
  const { step } = session;
  const runtime = session.runtime('processes');
  step.doing(`applying ${inputs.file}`);
  const { service, naming, pace } = applied;
  const writes = changesIn(countsOf(plannedRows(plan.operations, naming)));
  const results = await applyPlan(plan.operations, states, {
    service,
    runtime,
    openAt: (state, semaphore) => openAt(state, semaphore, runtime),
    concurrency: maxConcurrency,
    onChange: progressTeller(writes, pace, step.clock, (progress) =>
      step.log.info(describeProgress(progress)),
    ),
  });
  const rows = doneRows(results, naming);
  const counts = countsOf(rows);
  step.output(planOutputs(rows, 'done', (line) => step.log.warning(line)));
  step.log.info(describeDone(counts));
  const failure = unfinished({ where: report.where, whenLive, cancelled: step.cancelled }, rows);
  const next = failure === undefined ? nextStep(counts) : html``;
  report.show({ kind: 'done', rows, effect: whenLive === undefined ? undefined : 'waiting', next });
  if (failure !== undefined) throw failure;
  if (changesIn(counts) > 0) step.did('processes', countsText({ ...counts, undeclared: 0 }, 'done'));
  return results;
}
