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

export const upWords: readonly string[] = ['running', 'installed'];

/** Nothing more is going to happen, and it is as it should be. */
export function isUp(status: string): boolean {
  return upWords.includes(status);
}

/** It has ended and does not come back by itself. */
export function isDead(status: string): boolean {
  return status === 'fatal' || status === 'exited';
}

/** It does not run. One that is stopped may be about to start again. */
export function isDown(status: string): boolean {
  return isDead(status) || status === 'stopped';
}

/** It is on its way out: it does not count as existing. */
export function isLeaving({ status }: ForgeProcess): boolean {
  return status === 'removing';
}

/** A restart passes through `stopped`; one that is stopped for longer than this, in milliseconds, stays so. */
const longestStop = 15_000;

/** Judges over the looks of one wait which processes are down and stay so. */
export class DownWatch {
  readonly #clock: Clock;
  /** Since when those that are stopped are. */
  #since: ReadonlyMap<string, number> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes what a look has shown, and gives the ids of those that have ended, or have been stopped for too long. */
  note(processes: readonly Pick<ForgeProcess, 'id' | 'status'>[]): ReadonlySet<string> {
    const now = this.#clock.now();
    const stopped = processes.filter(({ status }) => status === 'stopped');
    this.#since = new Map(stopped.map(({ id }) => [id, this.#since.get(id) ?? now]));
    const down = processes.filter(
      ({ id, status }) => isDead(status) || now - (this.#since.get(id) ?? now) >= longestStop,
    );
    return new Set(down.map(({ id }) => id));
  }
}
