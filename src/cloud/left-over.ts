import { counted, firstOf } from '../text.ts';
import { describeExisting } from './identity.ts';
import type { ExistingProcess } from './process.ts';
import { foldQueue, type ProcessSpec } from './spec.ts';

/** A worker that is not the declared worker, with the declared queues that it serves, too. */
export interface OtherWorker {
  readonly process: ExistingProcess;
  readonly queues: readonly string[];
}

/**
 * Returns the other workers that serve a queue of the declared list. The list identifies a worker: after a change of
 * the list, the step creates a second worker, and the first worker stays.
 */
export function otherWorkersOf(
  spec: ProcessSpec,
  own: readonly ExistingProcess[],
  listed: readonly ExistingProcess[],
): readonly OtherWorker[] {
  if (spec.type !== 'worker') return [];
  const declared = queuesOf(spec.config.queue);
  const ids = new Set(own.map(({ id }) => id));
  return listed.flatMap((process) => {
    if (process.type !== 'worker' || ids.has(process.id)) return [];
    const served = new Set(queuesOf(process.config['queue']));
    const queues = declared.filter((queue) => served.has(queue));
    return queues.length === 0 ? [] : [{ process, queues }];
  });
}

/** Returns `1 other worker on the cluster serves "high": worker on queue high (process-1)`; undefined for none. */
export function describeOthers(others: readonly OtherWorker[]): string | undefined {
  const [first] = others;
  if (first === undefined) return undefined;
  const queues = [...new Set(others.flatMap((other) => other.queues))].map((queue) => JSON.stringify(queue));
  const names = others.map(({ process }) => `${describeExisting(process)} (${process.id})`);
  const [one, many] = ['other worker on the cluster serves', 'other workers on the cluster serve'];
  return `${counted(others.length, one, many)} ${queues.join(', ')}: ${firstOf(names, 10)}`;
}

function queuesOf(queue: unknown): readonly string[] {
  return foldQueue(queue).split(',');
}
