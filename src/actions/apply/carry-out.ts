import { applyPlan, type Open } from '../../converge/apply.ts';
import { doubtText, type Existing } from '../../converge/listing.ts';
import type { Runtime } from '../../converge/look.ts';
import { type Pace, type Progress, progressTeller } from '../../converge/pace.ts';
import { type PlaceState, placeName, type SettledPlan } from '../../converge/plan.ts';
import { changesIn, countsOf, countsText, type OperationResult } from '../../converge/results.ts';
import { Semaphore } from '../../converge/semaphore.ts';
import type { Service } from '../../converge/service.ts';
import { type Naming, type PlanRow, plannedRows, rowText } from '../../converge/text.ts';
import { Failure } from '../../failure.ts';
import { maxConcurrency } from '../../http/transport.ts';
import { html } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import { bullets } from '../../text.ts';
import type { PlanInputs } from '../inputs/apply.ts';
import type { PlanReport, ShownPlan } from '../report/plan.ts';
import { describeProgress, describeTime } from '../report/plan-body.ts';
import { planOutputs } from '../report/plan-outputs.ts';
import type { Session } from '../session.ts';

/** The parts of `apply` that are specific to a service. */
export interface AppliedService<S, P extends Existing> {
  readonly service: Service<S, P>;
  readonly naming: Naming<S, P>;
  readonly pace: Pace;
  /** The rate limit in words: `Laravel Cloud lets an organization make 30 a minute`. */
  readonly limit: string;
}

type Applying = Pick<PlanInputs<unknown>, 'file' | 'failOnChange'>;

/** Warns of existing processes that cannot be identified, so that the plan leaves them out. */
export function warnOfDoubts<S, P extends Existing>(
  { warn }: Step,
  states: SettledPlan<S, P>['states'],
): void {
  for (const { place, listing } of states)
    for (const process of listing.processes.filter(({ doubt }) => doubt !== undefined))
      warn(`Left out of the plan, on ${placeName(place)}: ${doubtText(process)}.`);
}

/** Logs a plan and its time, and returns its rows. */
export function logPlan<S, P extends Existing>(
  step: Step,
  report: PlanReport,
  operations: SettledPlan<S, P>['plan']['operations'],
  { naming, pace, limit }: AppliedService<S, P>,
): readonly PlanRow[] {
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

/**
 * With `fail-on-change`, throws a `Failure` if a dry run has changes. `waits`: true if unchanged processes wait for a
 * deployment, which fails the step, too.
 */
export function refuseDrift(
  { file, failOnChange }: Applying,
  { where }: PlanReport,
  rows: readonly PlanRow[],
  waits = false,
): void {
  const counts = { ...countsOf(rows), undeclared: 0 };
  if (!failOnChange || (changesIn(counts) === 0 && !waits)) return;
  if (changesIn(counts) === 0) {
    throw new Failure({
      what: 'Drift',
      why: `"${where}" is as ${file} declares it, and waits for a deployment`,
      fix: 'Run apply without dry-run, or deploy it',
      headline: `Drift in "${where}": it waits for a deployment`,
      isDrift: true,
    });
  }
  const changes = countsText(counts, 'planned');
  throw new Failure({
    what: 'Drift',
    why: `"${where}" differs from ${file} (${changes})`,
    fix: 'Run apply without dry-run, or change the manifest',
    details: `"${where}" differs from ${file}`,
    headline: `Drift in "${where}": ${changes}`,
    isDrift: true,
  });
}

/** The dependencies for opening a place: an instance or a server. */
interface CarryContext extends Pick<Session, 'client'> {
  readonly semaphore: Semaphore;
  readonly runtime: Runtime;
}

type OpenAt<S, P extends Existing> = (state: PlaceState<S, P>, carrying: CarryContext) => Open<S, P>;

/**
 * Returns a function that carries out a plan. All plans share one limit of parallel requests, and the log counts their
 * finished changes out of `writes`.
 */
export function carrier<S, P extends Existing>(
  session: Session,
  file: string,
  { service, pace }: AppliedService<S, P>,
  writes: number,
): (planned: SettledPlan<S, P>, openAt: OpenAt<S, P>) => Promise<readonly OperationResult<S, P>[]> {
  const { step, client } = session;
  step.doing(`applying ${file}`);
  const runtime = session.runtime('processes');
  const semaphore = new Semaphore(maxConcurrency);
  const tell = (progress: Progress): void => step.log.info(describeProgress(progress));
  const onChange = progressTeller(writes, pace, step.clock, tell);
  return async ({ plan, states }, openAt) =>
    await applyPlan(plan.operations, states, {
      ...{ service, runtime, semaphore, onChange },
      openAt: (state) => openAt(state, { client, semaphore, runtime }),
    });
}

/** Logs the result of a plan, shows it in the report, and sets the outputs. */
export function showDone(step: Step, report: PlanReport, done: Omit<ShownPlan, 'kind'>): void {
  const counts = countsOf(done.rows);
  step.output(planOutputs(done.rows, 'done', (line) => step.log.warning(line)));
  const text = countsText(counts, 'done');
  step.log.info(changesIn(counts) === 0 && counts.undone > 0 ? text : `Done: ${text}`);
  report.show({ kind: 'done', ...done });
}

/** Records the changes, so that a later failure of the step reports them. */
export function noteDone(step: Step, rows: readonly PlanRow[]): void {
  const counts = { ...countsOf(rows), undeclared: 0 };
  if (changesIn(counts) > 0) step.did('processes', countsText(counts, 'done'));
}

/**
 * Throws a `Failure` for a plan that deletes more processes than `max-deletes` allows: an emptied file or a wrong merge
 * must not take production down. A dry run only warns. Replacements do not count, nor does the end of an interrupted one.
 */
export function guardDeletes<S, P extends Existing>(
  step: Step,
  report: PlanReport,
  { file, maxDeletes, dryRun }: Pick<PlanInputs<unknown>, 'file' | 'maxDeletes' | 'dryRun'>,
  rows: readonly PlanRow[],
  service: AppliedService<S, P>,
): void {
  const deletes = rows.filter(
    ({ action, endsReplacement }) => action === 'delete' && endsReplacement !== true,
  );
  if (deletes.length <= maxDeletes) return;
  const count = `${deletes.length} to delete, and max-deletes allows ${maxDeletes}`;
  if (dryRun) {
    step.warn(`${count}: a run without dry-run is refused, unless max-deletes is ${deletes.length} or more.`);
    return;
  }
  showPlan(step, report, rows, service);
  const lines = deletes.map((row) => `${rowText(row)} (${row.processId})`);
  throw new Failure({
    what: `Too many deletions in "${report.where}"`,
    why: `${count}\n${bullets(lines, ', in plan-json')}\n`,
    fix: `Nothing was changed. Check ${file}: is it complete? If all of these processes should go, set max-deletes: ${deletes.length}`,
    headline: `"${report.where}": ${count}`,
    details: `${bullets(lines, ', in plan-json')}\n`,
  });
}
