import type { Clock } from '../time.ts';
import type { ForgeProcess } from './process.ts';

/** All words that Forge is known to use. `installed` is of the time before it told whether a process runs. */
export const knownWords: readonly string[] = [
  'installing',
  'installed',
  'removing',
  'restarting',
  'starting',
  'stopping',
  'running',
  'stopped',
  'fatal',
  'backoff',
  'exited',
  'unknown',
];

/** Nothing more is going to happen, and it is as it should be. */
export function isUp(status: string): boolean {
  return status === 'running' || status === 'installed';
}

/** It has ended and does not come back by itself. */
export function isDead(status: string): boolean {
  return status === 'fatal' || status === 'exited';
}

/** It is on its way out: it does not count as existing. */
export function isLeaving({ status }: ForgeProcess): boolean {
  return status === 'removing';
}

/** A restart passes through `stopped`; one that is stopped for longer than this, in milliseconds, stays so. */
const longestStop = 15_000;

/** Remembers since when processes are stopped, over the looks of one wait. */
export class StopWatch {
  readonly #clock: Clock;
  readonly #since = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes what a look has shown, and gives those that have been stopped for too long. */
  note<P extends Pick<ForgeProcess, 'id' | 'status'>>(processes: readonly P[]): P[] {
    const now = this.#clock.now();
    const stopped = processes.filter(({ status }) => status === 'stopped');
    const ids = new Set(stopped.map(({ id }) => id));
    for (const id of this.#since.keys()) if (!ids.has(id)) this.#since.delete(id);
    for (const id of ids) if (!this.#since.has(id)) this.#since.set(id, now);
    return stopped.filter(({ id }) => now - (this.#since.get(id) ?? now) >= longestStop);
  }
}
