import { Failure } from '../failure.ts';
import { HttpFailure } from '../http/http-failure.ts';
import type { ForgeProcess } from './process.ts';
import { type Accepted, type Restarting, requestRestart } from './restart.ts';

export interface Requested {
  /** In the order of the list. */
  readonly accepted: readonly Accepted[];
  /** What went wrong with the others, the first of it. */
  readonly failure: Failure | undefined;
}

/**
 * Asks for the restart of each, so many at once. What fails for one does not keep the others from it, unless it would
 * fail for all: a token that may not, or a step that was told to stop.
 */
export async function requestRestarts(
  processes: readonly ForgeProcess[],
  atOnce: number,
  restarting: Restarting,
): Promise<Requested> {
  const accepted = new Map<string, Accepted>();
  const failures: unknown[] = [];
  const queue = processes.values();
  let stopped = false;
  const worker = async (): Promise<void> => {
    for (const process of queue) {
      if (stopped) return;
      try {
        await requestRestart(process, restarting);
        accepted.set(process.id, { process, at: restarting.waiting.clock.now() });
        restarting.log(`Restarting ${process.id} (it was ${process.status})`);
      } catch (error) {
        failures.push(error);
        stopped ||= failsForAll(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, processes.length) }, worker));
  const unexpected = failures.find((error) => !(error instanceof Failure));
  if (unexpected !== undefined) throw unexpected;
  return {
    accepted: processes.flatMap(({ id }) => accepted.get(id) ?? []),
    failure: failures.find((error) => error instanceof Failure),
  };
}

function failsForAll(error: unknown): boolean {
  if (!(error instanceof HttpFailure)) return true;
  return error.status === 401 || error.status === 403;
}
