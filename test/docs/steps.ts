import { parse } from 'yaml';
import { workflowText } from './check-workflow.ts';
import type { Example } from './documents.ts';

export interface Step {
  readonly uses?: string;
  /** A script of bash. */
  readonly run?: string;
  /** Steps that GitHub runs side by side. */
  readonly parallel?: readonly Step[];
  readonly with?: Record<string, unknown>;
}

export interface Job {
  readonly permissions?: unknown;
  readonly 'timeout-minutes'?: unknown;
  /** The workflow that it calls, in place of steps. */
  readonly uses?: string;
  readonly steps?: readonly Step[];
}

export interface Workflow {
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly jobs: Record<string, Job>;
}

export function workflowIn(example: Example): Workflow {
  return parse(workflowText(example));
}

export function stepsOf(example: Example): readonly Step[] {
  const steps = Object.values(workflowIn(example).jobs).flatMap((job) => job.steps ?? []);
  return steps.flatMap((step) => step.parallel ?? [step]);
}
