import { forge } from '../../forge/service.ts';
import type { ForgeTargetName } from '../../forge/target.ts';
import type { Inputs } from '../../runner/inputs.ts';
import type { Step } from '../../runner/step.ts';
import { readConnection } from './connection.ts';
import { readForgeTarget, readLine, readProcessId } from './forge.ts';

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
