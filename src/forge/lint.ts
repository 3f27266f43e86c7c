import { lintCommand, type Remedies } from '../converge/lint.ts';
import { type ForgeSpec, processesOfNew } from './spec.ts';

const remedies: Remedies = {
  danger: 'until Forge gives up and shows it as fatal',
  scheduler: 'the scheduler of Forge',
  onDeploy: 'the deploy script of the site, which runs it once for each deployment',
  restart: 'after a deployment, forge/restart restarts the processes',
};

/** Returns the likely problems of a declaration, each as a sentence with a remedy. */
export function lint({
  command,
  directory,
  processes = processesOfNew,
}: Pick<ForgeSpec, 'command' | 'directory' | 'processes'>): readonly string[] {
  const problems = [...lintCommand(command, `command "${command}"`, { processes, maxReplicas: 1 }, remedies)];
  if (/^php\s/.test(command))
    problems.push(
      `The command "${command}" begins with php: that is the server's default version, which changes for all sites at once. Write the version, such as php8.4.`,
    );
  if (directory !== undefined && !directory.startsWith('/'))
    problems.push(`The directory "${directory}" is relative. Write the whole path.`);
  return problems;
}
