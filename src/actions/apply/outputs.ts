import type { CloudProcess } from '../../cloud/process-store.ts';
import type { Outputs } from '../../runner/outputs.ts';
import { doneCounts, type StepResult } from '../../processes/plan/result.ts';
import { countsOf, type PlanStep, subjectOf } from '../../processes/plan/plan.ts';

/** What became of a step, or `planned` in a dry run. */
export type Status = StepResult<CloudProcess>['status'] | 'planned';

/** A step as `plan-json` holds it. */
export interface ReportedStep {
  readonly action: PlanStep<CloudProcess>['action'];
  readonly instance: string;
  readonly instance_id: string;
  readonly type: string;
  readonly identity: string;
  /** Null as long as there is no process. */
  readonly process_id: string | null;
  readonly changes: StepResult<CloudProcess>['changes'];
  readonly status: Status;
  readonly error: string | null;
}

export function plannedStep(step: PlanStep<CloudProcess>): ReportedStep {
  return {
    action: step.action,
    instance: step.instance.name,
    instance_id: step.instance.id,
    type: step.action === 'delete' ? step.process.type : step.spec.type,
    identity: subjectOf(step),
    process_id: step.action === 'create' ? null : step.process.id,
    changes: step.action === 'update' ? step.changes : {},
    status: 'planned',
    error: null,
  };
}

export function doneStep({ step, status, process, error }: StepResult<CloudProcess>): ReportedStep {
  const planned = plannedStep(step);
  return { ...planned, process_id: process?.id ?? planned.process_id, status, error: error ?? null };
}

/** The outputs of a dry run: what would be. */
export function plannedOutputs(steps: readonly PlanStep<CloudProcess>[]): Outputs {
  const counts = countsOf(steps);
  const changes = counts.created + counts.updated + counts.deleted > 0;
  return {
    outcome: changes ? 'would-change' : 'unchanged',
    ...texts(counts),
    ...lists(steps.map(plannedStep)),
  };
}

/** The outputs of a run: what was really done. */
export function doneOutputs(results: readonly StepResult<CloudProcess>[]): Outputs {
  const counts = doneCounts(results);
  const changed = counts.created + counts.updated + counts.deleted > 0;
  return { outcome: changed ? 'changed' : 'unchanged', ...texts(counts), ...lists(results.map(doneStep)) };
}

function texts(counts: object): Outputs {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)]));
}

function lists(steps: readonly ReportedStep[]): Outputs {
  const declared = steps.filter(({ action }) => action !== 'delete');
  return {
    'plan-json': JSON.stringify(steps),
    'ids-json': JSON.stringify(declared.map(({ process_id }) => process_id)),
  };
}
