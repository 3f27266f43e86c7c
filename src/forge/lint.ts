import { lintCommand, type Remedies } from '../converge/lint.ts';
import { type ForgeSpec, processesOfNew } from './spec.ts';

const remedies: Remedies = {
  danger: 'until Forge gives up and shows it as fatal',
  scheduler: 'the scheduler of Forge',
  deployCommands: 'the deploy script of the site',
  restart: 'after a deployment, forge/restart restarts the processes',
};

/** What is likely to go wrong with what is declared, each as a sentence, with what to use instead. */
export function lint({
  command,
  processes = processesOfNew,
}: Pick<ForgeSpec, 'command' | 'processes'>): readonly string[] {
  return lintCommand(command, `command "${command}"`, { processes, maxReplicas: 1 }, remedies);
}
