import { lintCommand, lookAlikes, type Remedies, type Scale } from '../converge/lint.ts';
import { shortName } from './short-name.ts';
import type { PinnedSpec } from './spec.ts';

const remedies: Remedies = {
  danger: 'which can take its cluster down',
  scheduler: 'the scheduler of Laravel Cloud',
  onDeploy: 'the deploy commands of the environment, which run it once for each deployment',
  restart: 'a deployment restarts the processes of Laravel Cloud',
};

/** Returns the likely problems of a declaration, each as a sentence with a remedy. */
export function lint(spec: PinnedSpec, scale: Scale): readonly string[] {
  if (spec.type === 'worker') return lookAlikes(shortName(spec), [shortName(spec)]);
  if (spec.command === undefined) return [];
  return lintCommand(spec.command, `command "${shortName(spec)}"`, scale, remedies);
}
