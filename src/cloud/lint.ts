import { lintCommand, lookAlikes, type Remedies, type Scale } from '../converge/lint.ts';
import { counted, firstOf } from '../text.ts';
import { shortName } from './compare.ts';
import type { ExistingProcess } from './process.ts';
import { describe, foldQueue, type PinnedSpec, type ProcessSpec } from './spec.ts';

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
  return lintCommand(spec.command, `command ${JSON.stringify(spec.command)}`, scale, remedies);
}

export interface Load {
  readonly processes: number;
  /** Null or undefined if unknown. */
  readonly command: string | null | undefined;
}

/** The memory limit of `queue:work`, in MB. Source: Laravel's default of `--memory`. */
const usual = 128;

/** Returns a warning if the processes may not fit in the memory of the instance; undefined for an unknown size. */
export function memoryWarning(
  { name, size }: { readonly name: string; readonly size?: string | undefined },
  loads: readonly Load[],
): string | undefined {
  const room = memoryOf(size);
  const need = loads.reduce((sum, { processes, command }) => sum + processes * limitOf(command), 0);
  if (room === undefined || need <= room) return undefined;
  const count = loads.reduce((sum, { processes }) => sum + processes, 0);
  const [first, ...others] = new Set(loads.map(({ command }) => limitOf(command)));
  const alike = `at up to ${first} MB${count === 1 ? '' : ' each'}`;
  const much = others.length === 0 ? alike : `with up to ${need} MB together`;
  return `${name}: ${counted(count, 'process', 'processes')} ${much} may not fit in ${room} MB (${size}).`;
}

/** Returns the memory that a size names, in MB: `flex-512mb`, `flex.m-1vcpu-1gb`. */
function memoryOf(size: string | undefined): number | undefined {
  const [, number, unit] = /(\d{1,6})(mb|gb)/.exec(size ?? '') ?? [];
  return number === undefined ? undefined : Number(number) * (unit === 'gb' ? 1024 : 1);
}

function limitOf(command: string | null | undefined): number {
  const limit = /\s--memory[= ](\d{1,6})\b/.exec(command ?? '')?.[1];
  return limit === undefined ? usual : Number(limit);
}

/**
 * Returns `1 other worker serves "high": worker on queue high (process-1)`; undefined for none. The list
 * of queues identifies a worker: after a change of the list, the step creates a second worker, and the first worker
 * stays.
 */
export function otherWorkers(
  spec: ProcessSpec,
  own: ExistingProcess | undefined,
  listed: readonly ExistingProcess[],
): string | undefined {
  if (spec.type !== 'worker') return undefined;
  const declared = queuesOf(spec.config.queue);
  const others = listed.flatMap((process) => {
    if (process.type !== 'worker' || process.id === own?.id) return [];
    const served = new Set(queuesOf(process.config['queue']));
    const queues = declared.filter((queue) => served.has(queue));
    return queues.length === 0 ? [] : [{ name: `${describe(process)} (${process.id})`, queues }];
  });
  if (others.length === 0) return undefined;
  const queues = [...new Set(others.flatMap((other) => other.queues))].map((queue) => JSON.stringify(queue));
  const [one, many] = ['other worker serves', 'other workers serve'];
  const names = others.map(({ name }) => name);
  return `${counted(others.length, one, many)} ${queues.join(', ')}: ${firstOf(names, 10)}`;
}

function queuesOf(queue: unknown): readonly string[] {
  return foldQueue(queue).split(',');
}
