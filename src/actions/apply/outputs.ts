import type { ExistingProcess } from '../../processes/existing.ts';
import { changesIn, countsOf, type Operation } from '../../processes/plan/plan.ts';
import { doneCounts, type OperationResult } from '../../processes/plan/result.ts';
import type { ProcessSpec } from '../../processes/spec.ts';
import type { Outputs } from '../../runner/outputs.ts';
import { planJson } from '../shared/plan-json.ts';

export type CloudOperation = Operation<ProcessSpec, ExistingProcess>;
export type CloudResult = OperationResult<ProcessSpec, ExistingProcess>;

type Warn = (line: string) => void;

/** What became of an operation, or `planned` in a dry run. */
export type Status = OperationResult['status'] | 'planned';

/** An operation as `plan-json` holds it. */
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

function plannedOperation(operation: CloudOperation): ReportedOperation {
  return {
    action: operation.action,
    instance: operation.place.name,
    instance_id: operation.place.id,
    type: 'spec' in operation ? operation.spec.type : operation.process.type,
    identity: operation.subject,
    process_id: operation.action === 'create' ? null : operation.process.id,
    changes: 'changes' in operation ? operation.changes : {},
    status: 'planned',
    error: null,
  };
}

function doneOperation({ operation, status, process, error }: CloudResult): ReportedOperation {
  const planned = plannedOperation(operation);
  return { ...planned, process_id: process?.id ?? planned.process_id, status, error: error ?? null };
}

/** The outputs of a dry run: what would be. */
export function plannedOutputs(operations: readonly CloudOperation[], warn: Warn): Outputs {
  const counts = countsOf(operations);
  return {
    outcome: changesIn(counts) > 0 ? 'would-change' : 'unchanged',
    ...texts(counts),
    ...lists(operations.map(plannedOperation), warn),
  };
}

/** The outputs of a run: what was really done. */
export function doneOutputs(results: readonly CloudResult[], warn: Warn): Outputs {
  const counts = doneCounts(results);
  return {
    outcome: changesIn(counts) > 0 ? 'changed' : 'unchanged',
    ...texts(counts),
    ...lists(results.map(doneOperation), warn),
  };
}

function texts(counts: object): Outputs {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)]));
}

function lists(operations: readonly ReportedOperation[], warn: Warn): Outputs {
  const declared = operations.filter(({ action }) => action !== 'delete' && action !== 'undeclared');
  return {
    'plan-json': planJson(operations, warn),
    'ids-json': JSON.stringify(declared.map(({ process_id }) => process_id)),
  };
}
