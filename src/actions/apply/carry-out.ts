import { type ApplyWorld, applyPlan } from '../../converge/apply.ts';
import { doubtText, type Existing } from '../../converge/listing.ts';
import { progressTeller, Semaphore } from '../../converge/pace.ts';
import {
  changesIn,
  countsOf,
  countsText,
  type Operation,
  type OperationResult,
  type Place,
  placeName,
  processIn,
  type SettledPlan,
} from '../../converge/plan.ts';
import type { Service } from '../../converge/service.ts';
import { type Naming, type PlanRow, rowText } from '../../converge/text.ts';
import { Failure } from '../../failure.ts';
import { maxConcurrency } from '../../http/transport.ts';
import { html } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import { bullets } from '../../text.ts';
import type { PlanFacts, PlanReport } from '../report/plan.ts';
import { describeProgress } from '../report/plan-body.ts';
import type { Session } from '../session.ts';
import { requireApproval, type Scope } from './approval.ts';

/** The parts of `apply` that are specific to a service. */
export interface AppliedService<S, P extends Existing> extends PlanFacts {
  readonly service: Service<S, P>;
  readonly naming: Naming<S, P>;
}

/** Warns of existing processes that cannot be identified, so that the plan leaves them out. */
export function warnOfDoubts<S, P extends Existing>(
  { warn }: Step,
  states: SettledPlan<S, P>['states'],
): void {
  for (const { place, listing } of states)
    for (const process of listing.processes.filter(({ doubt }) => doubt !== undefined))
      warn(`Left out of the plan, on ${placeName(place)}: ${doubtText(process)}.`);
}

/**
 * Logs the plans of environments or servers. Throws a `Failure` for plans that are not approved, or that delete too
 * much, and shows them. Returns the plans to carry out or, in a dry run, to show.
 */
export async function review<T extends Scope>(
  report: PlanReport,
  planned: readonly T[],
): Promise<readonly T[]> {
  const { step, inputs } = report;
  report.log(rowsOf(planned));
  if (inputs.dryRun) report.covers(planned);
  let kept = planned;
  try {
    const left = inputs.dryRun ? new Set() : await requireApproval(step, inputs, planned);
    kept = planned.filter(({ id }) => !left.has(id));
    if (left.size > 0) report.log(rowsOf(kept));
    guardDeletes(report, rowsOf(kept));
  } catch (error) {
    report.show({ kind: 'planned', rows: rowsOf(kept), next: html`` });
    throw error;
  }
  return kept;
}

export function rowsOf(scopes: readonly Pick<Scope, 'rows'>[]): readonly PlanRow[] {
  return scopes.flatMap(({ rows }) => rows);
}

/**
 * Throws a `Failure` for a plan that deletes more processes than `max-deletes` allows: an emptied file or a wrong merge
 * must not take production down. A dry run only warns. Replacements do not count, nor does the end of an interrupted one.
 */
function guardDeletes(report: PlanReport, rows: readonly PlanRow[]): void {
  const { file, maxDeletes, dryRun } = report.inputs;
  const deletes = rows.filter(
    ({ action, endsReplacement }) => action === 'delete' && endsReplacement !== true,
  );
  if (deletes.length <= maxDeletes) return;
  const count = `${deletes.length} to delete, and max-deletes allows ${maxDeletes}`;
  if (dryRun) {
    report.step.warn(
      `${count}: a run without dry-run fails, unless max-deletes is ${deletes.length} or more.`,
    );
    return;
  }
  const lines = bullets(
    deletes.map((row) => `${rowText(row)} (${row.processId})`),
    ', in plan-json',
  );
  throw new Failure({
    what: `Too many deletions in "${report.where}"`,
    why: `${count}\n${lines}\n`,
    fix: `Nothing was changed. Check ${file}: is it complete? If all of these processes should go, set max-deletes: ${deletes.length}`,
    headline: `"${report.where}": ${count}`,
    // The plan below names the processes.
    details: '',
  });
}

/** With `fail-on-change`, throws a `Failure` if a dry run has changes, or processes wait (`waits`). */
export function refuseDrift(
  { where, inputs: { file, failOnChange } }: PlanReport,
  rows: readonly PlanRow[],
  waits = false,
): void {
  const counts = { ...countsOf(rows), undeclared: 0 };
  if (!failOnChange || (changesIn(counts) === 0 && !waits)) return;
  const differs = changesIn(counts) > 0;
  const changes = differs ? countsText(counts, 'planned') : 'it waits for a deployment';
  throw new Failure({
    what: 'Drift',
    why: differs
      ? `"${where}" differs from ${file} (${changes})`
      : `"${where}" is as ${file} declares it, and waits for a deployment`,
    fix: `Run apply without dry-run, or ${differs ? 'change the manifest' : 'deploy it'}`,
    details: differs ? `"${where}" differs from ${file}` : undefined,
    headline: `Drift in "${where}": ${changes}`,
    isDrift: true,
  });
}

/** Returns a function that carries out a plan. All plans share one limit of parallel requests. */
export function carrier<S, P extends Existing>(
  session: Session,
  { service, pace }: AppliedService<S, P>,
  writes: number,
): (
  planned: SettledPlan<S, P>,
  storeOf: ApplyWorld<S, P>['storeOf'],
) => Promise<readonly OperationResult<S, P>[]> {
  const { step } = session;
  const runtime = session.runtime('processes');
  const semaphore = new Semaphore(maxConcurrency);
  const onChange = progressTeller(writes, pace, step.clock, (progress) =>
    step.log.info(describeProgress(progress)),
  );
  return async ({ plan, states }, storeOf) =>
    await applyPlan(plan.operations, states, { service, runtime, storeOf, semaphore, onChange });
}

/** Returns the declared processes that exist, of a result or of a plan, with their places. */
export function declaredIn<P extends Existing>(
  results: readonly { readonly operation: Operation<unknown, P>; readonly process?: P | undefined }[],
): readonly { readonly place: Place; readonly process: P }[] {
  return results.flatMap(({ operation, process = processIn(operation) }) =>
    'spec' in operation && process !== undefined ? [{ place: operation.place, process }] : [],
  );
}

/** Records the changes, so that a later failure of the step reports them. */
export function noteDone(step: Step, rows: readonly PlanRow[]): void {
  const counts = { ...countsOf(rows), undeclared: 0 };
  if (changesIn(counts) > 0) step.did('processes', countsText(counts, 'done'));
}
