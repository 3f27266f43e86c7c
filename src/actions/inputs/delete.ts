import { cloud } from '../../cloud/service.ts';
import { describe, type ProcessSpec } from '../../cloud/spec.ts';
import { forge } from '../../forge/service.ts';
import type { ForgeTargetName } from '../../forge/target.ts';
import type { Inputs } from '../../runner/inputs.ts';
import type { Step } from '../../runner/step.ts';
import { readConnection } from './connection.ts';
import { readForgeTarget, readLine, readProcessId } from './forge.ts';
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

/** The process to delete. The site is not part of it: the step looks the site up later. */
export type DeleteQuery =
  | { readonly by: 'id'; readonly id: string }
  | {
      readonly by: 'command';
      readonly command: string;
      readonly user: string | undefined;
      readonly directory: string | undefined;
    };

export function readForgeDeleteInputs(step: Step) {
  const { inputs } = step;
  const connection = readConnection(step, forge);
  const target = readForgeTarget(inputs);
  const all = inputs.flag('all', false);
  const read = {
    connection,
    target,
    all,
    asked: readAsked(inputs, target, all),
    ifMissing: inputs.choice('if-missing', ['ignore', 'fail'], 'ignore'),
    dryRun: inputs.flag('dry-run', false),
  };
  inputs.done();
  return read;
}

/** Reads the process to delete. Notes a problem if no input names a process. */
function readAsked(inputs: Inputs, { site }: ForgeTargetName, all: boolean): DeleteQuery {
  const command = readLine(inputs, 'command');
  const [user, directory] = [readLine(inputs, 'user'), readLine(inputs, 'directory')];
  const id = readProcessId(inputs, { command, user, directory, site });
  if (id !== undefined) {
    if (all) inputs.problem('all', 'cannot be true together with process-id, which names one process');
    return { by: 'id', id };
  }
  if (command === undefined)
    inputs.problem(
      'command',
      'is needed, or process-id. If several processes have this command, set user, directory or site, too',
    );
  return { by: 'command', command: command ?? '', user, directory };
}

/** Describes the process: `process "php8.4 artisan horizon" of user forge`. */
export function describeAsked(asked: DeleteQuery, site: string | undefined): string {
  if (asked.by === 'id') return `background process ${asked.id}`;
  const { command, user, directory } = asked;
  const parts = [
    user === undefined ? [] : [`of user ${user}`],
    directory === undefined ? [] : [`in ${directory}`],
    site === undefined ? [] : [`of the site ${site}`],
  ].flat();
  return [`process "${command}"`, ...parts].join(' ');
}
