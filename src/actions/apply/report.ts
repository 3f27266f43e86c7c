import type { CloudProcess } from '../../cloud/process-store.ts';
import { code, type Html, html } from '../../runner/html.ts';
import type { Log } from '../../runner/log.ts';
import { table } from '../../runner/summary.ts';
import { describeChanges } from '../../processes/drift.ts';
import { countsOf, describeCounts, lineOf, type PlanStep, signs } from '../../processes/plan/plan.ts';
import type { ReportedStep } from './outputs.ts';

/** The plan in the log: instance by instance, one line a step, and one line that sums it up. */
export function logPlan(log: Log, steps: readonly PlanStep<CloudProcess>[]): void {
  for (const ofInstance of Map.groupBy(steps, ({ instance }) => instance.id).values()) {
    const [first] = ofInstance;
    if (first !== undefined)
      log.group(`${first.instance.name} (${first.instance.id})`, ofInstance.map(lineOf));
  }
  log.info(`Plan: ${describeCounts(countsOf(steps))}`);
}

/** What a report says around its steps. */
export interface Report {
  readonly environment: string;
  readonly file: string;
  readonly steps: readonly ReportedStep[];
  /** `2 to create, 1 to update, …`, or what was done. */
  readonly sum: string;
  /** What to do next. */
  readonly next: string;
}

/** For the job's summary. */
export function reportApplied(report: Report): Html {
  const { steps } = report;
  return html`${headOf(report)}${steps.length === 0 ? html`` : table(columns, steps.map(cellsOf))}${tailOf(report)}`;
}

/** What is asked and what comes of it. */
export function headOf({ environment, file, sum }: Report): Html {
  return html`<p><strong>${sum}</strong></p><p>${code(file)} on the environment ${code(environment)}</p>`;
}

export function tailOf({ next }: Report): Html {
  return html`<p>${next}</p>`;
}

export const columns = ['', 'Instance', 'Process', 'Id', 'Changes', 'Status'];

/** The whole of it is in plan-json and, unless there are many, in the step's error. */
const longestError = 500;

export function cellsOf(step: ReportedStep): Html[] {
  return [
    code(signs[step.action]),
    code(step.instance),
    code(step.identity),
    step.process_id === null ? html`` : code(step.process_id),
    Object.keys(step.changes).length === 0 ? html`` : code(describeChanges(step.changes)),
    step.error === null
      ? html`${step.status}`
      : html`<strong>${step.status}</strong>: ${step.error.slice(0, longestError)}`,
  ];
}
