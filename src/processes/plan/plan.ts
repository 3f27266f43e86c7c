import { Failure } from '../../failure.ts';
import { describeExisting } from '../describe-existing.ts';
import { type Changes, describeChanges, drift } from '../drift.ts';
import type { ExistingProcess } from '../existing.ts';
import { describe, type ProcessSpec, processesOfNew } from '../spec.ts';
import { type Contest, matchAll } from './match.ts';

export interface InstanceRef {
  readonly id: string;
  readonly name: string;
}

/** What one instance should run, each declaration of its own identity, and what it runs. */
export interface InstanceState {
  readonly instance: InstanceRef;
  readonly declared: readonly ProcessSpec[];
  readonly existing: readonly ExistingProcess[];
}

/** One line of a plan. */
export type Operation = { readonly instance: InstanceRef } & (
  | { readonly action: 'create'; readonly spec: ProcessSpec }
  | {
      readonly action: 'update';
      readonly spec: ProcessSpec;
      readonly process: ExistingProcess;
      readonly changes: Changes;
    }
  | { readonly action: 'keep'; readonly spec: ProcessSpec; readonly process: ExistingProcess }
  | { readonly action: 'delete'; readonly process: ExistingProcess }
);

export type OperationOf<A extends Operation['action']> = Extract<Operation, { action: A }>;

export interface Plan {
  /** Instance by instance, declarations in their order, then deletes. */
  readonly operations: readonly Operation[];
  /** Instances where more processes match than are declared: it may be a race that will settle. */
  readonly contested: readonly InstanceRef[];
  /** What keeps the plan from being carried out. */
  readonly ambiguous: readonly Ambiguity[];
}

export interface Ambiguity extends Contest {
  readonly instance: InstanceRef;
}

/** What to do so that each instance runs what it should. With `prune`, what is not declared goes. */
export function planFor(states: readonly InstanceState[], { prune }: { readonly prune: boolean }): Plan {
  const operations: Operation[] = [];
  const contested: InstanceRef[] = [];
  const ambiguous: Ambiguity[] = [];
  for (const { instance, declared, existing } of states) {
    const matching = matchAll(declared, existing);
    operations.push(...declared.map((spec) => operationFor(instance, spec, matching.pairs.get(spec))));
    if (matching.contested.length > 0) contested.push(instance);
    for (const contest of matching.contested) {
      if (!prune || contest.extra === undefined) ambiguous.push({ ...contest, instance });
    }
    if (!prune) continue;
    const paired = new Set(matching.pairs.values());
    operations.push(
      ...existing
        .filter((process) => !paired.has(process) && isDeclarable(process))
        .map((process) => ({ action: 'delete', instance, process }) as const),
    );
  }
  return { operations, contested, ambiguous };
}

function operationFor(
  instance: InstanceRef,
  spec: ProcessSpec,
  process: ExistingProcess | undefined,
): Operation {
  if (process === undefined) return { action: 'create', instance, spec };
  const changes = drift(spec, process);
  return Object.keys(changes).length === 0
    ? { action: 'keep', instance, spec, process }
    : { action: 'update', instance, spec, process, changes };
}

/** A type that no manifest can declare is not missing from one. */
function isDeclarable({ type }: ExistingProcess): boolean {
  return type === 'worker' || type === 'custom';
}

/** What a operation is about: `worker on queue high,default`. */
export function subjectOf(operation: Operation): string {
  return operation.action === 'delete' ? describeExisting(operation.process) : describe(operation.spec);
}

export const signs = { create: '+', update: '~', delete: '-', keep: '=' } as const;

/** A operation as one line: `~ worker on queue default  process-1  processes: 1 → 2`. */
export function lineOf(operation: Operation): string {
  const parts = [`${signs[operation.action]} ${subjectOf(operation)}`];
  if (operation.action === 'create') parts.push(processCount(operation.spec.processes ?? processesOfNew));
  else parts.push(operation.process.id);
  if (operation.action === 'update') parts.push(describeChanges(operation.changes));
  return parts.join('  ');
}

export interface Counts {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly unchanged: number;
}

/** How many of each a plan holds. */
export function countsOf(operations: readonly Operation[]): Counts {
  const count = (action: Operation['action']) =>
    operations.filter((operation) => operation.action === action).length;
  return {
    created: count('create'),
    updated: count('update'),
    deleted: count('delete'),
    unchanged: count('keep'),
  };
}

/** `2 to create, 1 to update, 0 to delete, 3 unchanged`. */
export function describeCounts({ created, updated, deleted, unchanged }: Counts): string {
  return `${created} to create, ${updated} to update, ${deleted} to delete, ${unchanged} unchanged`;
}

/** Why a plan cannot be carried out, with every candidate. */
export function ambiguousPlan(ambiguous: readonly Ambiguity[]): Failure {
  const lines = ambiguous.slice(0, 20).map(({ instance, spec, found }) => {
    const ids = found.slice(0, 20).map((process) => `${process.id} (${describeExisting(process)})`);
    return `- ${instance.name}: ${found.length} processes match the ${describe(spec)}: ${ids.join(', ')}`;
  });
  const pruned = ambiguous.every(({ extra }) => extra !== undefined)
    ? ', or let prune: true keep the oldest and delete the rest'
    : ', or give connection in the manifest';
  return new Failure({
    what: 'The plan',
    why: `more background processes match than are declared, and which are meant cannot be known\n${lines.join('\n')}\n`,
    fix: `Nothing was changed. Delete those that are not wanted${pruned}`,
  });
}

function processCount(count: number): string {
  return count === 1 ? '1 process' : `${count} processes`;
}
