import { cloud } from '../../cloud/service.ts';
import { describe, type ProcessSpec } from '../../cloud/spec.ts';
import type { Step } from '../../runner/step.ts';
import { readConnection } from './connection.ts';
import { readDeployGoals } from './goals.ts';
import { configInputs, identityOptions, readIdentity } from './process.ts';
import { readTarget } from './target.ts';

/** The process to delete, by its id or by its identity. */
type DeleteTarget =
  | { readonly by: 'id'; readonly id: string }
  | { readonly by: 'identity'; readonly spec: ProcessSpec };

export type DeleteInputs = ReturnType<typeof readDeleteInputs>;

export function readDeleteInputs(step: Step) {
  const { inputs } = step;
  const connection = readConnection(step, cloud);
  const target = readTarget(step, { pinned: inputs.text('process-id') !== undefined });
  const all = inputs.flag('all', false);
  const read = {
    connection,
    target,
    all,
    toDelete: readDeleteTarget(step, all),
    ifMissing: inputs.choice('if-missing', ['ignore', 'fail'], 'ignore'),
    dryRun: inputs.flag('dry-run', false),
    goals: readDeployGoals(inputs),
  };
  inputs.done();
  return read;
}

/** Reads the process to delete. Notes a problem if no input names a process. */
function readDeleteTarget(step: Step, all: boolean): DeleteTarget {
  const { inputs } = step;
  const given = inputs.text('process-id');
  const config = configInputs(inputs, identityOptions);
  const plain = ['type', 'command'].filter((name) => inputs.text(name) !== undefined);
  const identity = [...plain, ...config];
  if (given !== undefined) {
    for (const name of identity)
      inputs.problem(name, 'has no effect together with process-id; set one or the other');
    if (all) inputs.problem('all', 'cannot be true together with process-id, which names one process');
    return { by: 'id', id: inputs.id('process-id', 'process-') ?? given };
  }
  if (identity.length === 0) {
    inputs.problem(
      'process-id',
      'is empty. Say what to delete: process-id, or command, or queue (and connection) of a worker',
    );
  }
  // Without `type`, the other inputs decide.
  const type = plain.includes('command') && config.length === 0 ? 'custom' : 'worker';
  return { by: 'identity', spec: readIdentity(inputs, type) };
}

export function describeDeleteTarget(target: DeleteTarget): string {
  switch (target.by) {
    case 'id':
      return `background process ${target.id}`;
    case 'identity':
      return describe(target.spec);
  }
}
