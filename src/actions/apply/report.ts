import { describeChanges } from '../../processes/drift.ts';
import { countsOf, describeCounts, lineOf, type Operation, signs } from '../../processes/plan/plan.ts';
import { code, type Html, html } from '../../runner/html.ts';
import type { Log } from '../../runner/log.ts';
import { table } from '../../runner/summary.ts';
import type { ReportedOperation } from './outputs.ts';

/** The plan in the log: instance by instance, one line an operation, and one line that sums it up. */
export function logPlan(log: Log, operations: readonly Operation[]): void {
  for (const ofInstance of Map.groupBy(operations, ({ place }) => place.id).values()) {
    const [first] = ofInstance;
    if (first !== undefined) log.group(`${first.place.name} (${first.place.id})`, ofInstance.map(lineOf));
  }
  log.info(`Plan: ${describeCounts(countsOf(operations))}`);
}

/** What a report says around its operations. */
export interface Report {
  readonly environment: string;
  readonly file: string;
  readonly operations: readonly ReportedOperation[];
  /** `2 to create, 1 to update, …`, or what was done. */
  readonly sum: string;
  /** What to do next. */
  readonly next: string;
}

/** For the job's summary. */
export function reportApplied(report: Report): Html {
  const { operations } = report;
  return html`${headOf(report)}${operations.length === 0 ? html`` : table(columns, operations.map(cellsOf))}${tailOf(report)}`;
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

export function cellsOf(operation: ReportedOperation): Html[] {
  return [
    code(signs[operation.action]),
    code(operation.instance),
    code(operation.identity),
    operation.process_id === null ? html`` : code(operation.process_id),
    Object.keys(operation.changes).length === 0 ? html`` : code(describeChanges(operation.changes)),
    operation.error === null
      ? html`${operation.status}`
      : html`<strong>${operation.status}</strong>: ${operation.error.slice(0, longestError)}`,
  ];
}
