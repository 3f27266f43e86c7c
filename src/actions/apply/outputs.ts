import { countsOf, type Operation, subjectOf } from '../../processes/plan/plan.ts';
import { doneCounts, type OperationResult } from '../../processes/plan/result.ts';
import type { Outputs } from '../../runner/outputs.ts';

/** What became of a operation, or `planned` in a dry run. */
export type Status = OperationResult['status'] | 'planned';

/** A operation as `plan-json` holds it. */
export interface ReportedOperation {
  readonly action: Operation['action'];
  readonly instance: string;
  readonly instance_id: string;
  readonly type: string;
  readonly identity: string;
  /** Null as long as there is no process. */
  readonly process_id: string | null;
  readonly changes: OperationResult['changes'];
  readonly status: Status;
  readonly error: string | null;
}

export function plannedOperation(operation: Operation): ReportedOperation {
  return {
    action: operation.action,
    instance: operation.instance.name,
    instance_id: operation.instance.id,
    type: operation.action === 'delete' ? operation.process.type : operation.spec.type,
    identity: subjectOf(operation),
    process_id: operation.action === 'create' ? null : operation.process.id,
    changes: operation.action === 'update' ? operation.changes : {},
    status: 'planned',
    error: null,
  };
}

export function doneOperation({ operation, status, process, error }: OperationResult): ReportedOperation {
  const planned = plannedOperation(operation);
  return { ...planned, process_id: process?.id ?? planned.process_id, status, error: error ?? null };
}

/** The outputs of a dry run: what would be. */
export function plannedOutputs(operations: readonly Operation[]): Outputs {
  const counts = countsOf(operations);
  const changes = counts.created + counts.updated + counts.deleted > 0;
  return {
    outcome: changes ? 'would-change' : 'unchanged',
    ...texts(counts),
    ...lists(operations.map(plannedOperation)),
  };
}

/** The outputs of a run: what was really done. */
export function doneOutputs(results: readonly OperationResult[]): Outputs {
  const counts = doneCounts(results);
  const changed = counts.created + counts.updated + counts.deleted > 0;
  return {
    outcome: changed ? 'changed' : 'unchanged',
    ...texts(counts),
    ...lists(results.map(doneOperation)),
  };
}

function texts(counts: object): Outputs {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)]));
}

function lists(operations: readonly ReportedOperation[]): Outputs {
  const declared = operations.filter(({ action }) => action !== 'delete');
  return {
    'plan-json': JSON.stringify(operations),
    'ids-json': JSON.stringify(declared.map(({ process_id }) => process_id)),
  };
}
