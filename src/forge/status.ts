import type { Clock } from '../time.ts';
import type { ForgeProcess } from './process.ts';

/** All known statuses of Forge. `installed` is from the time when Forge did not report whether a process runs. */
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

/** True for a process that is up, and not about to change. */
export function isUp(status: string): boolean {
  return upWords.includes(status);
}

/** True for a word that does not show whether a process runs: `unknown`, or a word that Forge has added since. */
export function isUntold(status: string): boolean {
  return status === 'unknown' || !knownWords.includes(status);
}

/** True for a process that has ended, and that Forge does not restart. */
export function isDead(status: string): boolean {
  return status === 'fatal' || status === 'exited';
}

/** True for a process that does not run. A `stopped` process may be about to start again. */
export function isDown(status: string): boolean {
  return isDead(status) || status === 'stopped';
}

/** True for a process that Forge is removing: it does not count as existing. */
export function isLeaving({ status }: ForgeProcess): boolean {
  return status === 'removing';
}

/** Milliseconds after which `stopped` is final: a restart shows `stopped` for a shorter time. */
const longestStop = 15_000;

/** The judge, over all looks of one wait, of the processes that are down and stay down. */
export class DownWatch {
  readonly #clock: Clock;
  /** The time of the first look that showed a process as `stopped`, by the id of the process. */
  #since: ReadonlyMap<string, number> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Records a look. Returns the ids of the processes that have ended, or have been stopped for too long. */
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
