import { Failure } from '../failure.ts';
import { firstOf } from '../text.ts';
import type { Clock } from '../time.ts';
import { type ForgeProcess, nameOf } from './process.ts';

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

/**
 * Returns a judge for the looks of one wait. For each look, it returns the ids of the processes that have ended, or have
 * been stopped for too long.
 */
export function downWatch(
  clock: Clock,
): (processes: readonly Pick<ForgeProcess, 'id' | 'status'>[]) => ReadonlySet<string> {
  /** The time of the first look that showed a process as `stopped`, by the id of the process. */
  let since: ReadonlyMap<string, number> = new Map();
  return (processes) => {
    const now = clock.now();
    const stopped = processes.filter(({ status }) => status === 'stopped');
    since = new Map(stopped.map(({ id }) => [id, since.get(id) ?? now]));
    const down = processes.filter(
      ({ id, status }) => isDead(status) || now - (since.get(id) ?? now) >= longestStop,
    );
    return new Set(down.map(({ id }) => id));
  };
}

/** The most processes that a message names. The table in the summary shows all. */
const maxNamed = 10;

/** A message about processes that should run, and do not. */
export interface FailureText {
  readonly what: string;
  readonly why: string;
}

/** Returns `Restarted, but not running after 60 s: "php8.4 artisan horizon" (fatal)`, with the reason. */
export function notRunning(done: string, after: string, processes: readonly ForgeProcess[]): FailureText {
  const names = namesWith(processes, ({ status }) => ` (${status})`);
  return { what: `${done}, but not running${after}: ${names}`, why: meaningText(processes) };
}

/** Returns `"php8.4 artisan horizon" is fatal: it has crashed and Forge has stopped restarting it`. */
export function reasonsText(processes: readonly ForgeProcess[]): string {
  return namesWith(processes, ({ status }) => ` is ${status}: ${meaningOf(status)}`, '; ');
}

/** Returns a failure whose headline has no reason. */
export function notRunningFailure({ what, why }: FailureText, fix: string): Failure {
  return new Failure({ headline: what, what, why, fix });
}

/** Returns the meanings of the statuses, without the names of the processes. */
function meaningText(processes: readonly ForgeProcess[]): string {
  const statuses = [...new Set(processes.map(({ status }) => status))];
  const nameIn = (status: string) => (statuses.length === 1 ? '' : `${status}: `);
  return statuses.map((status) => `${nameIn(status)}${meaningOf(status)}`).join('; ');
}

function namesWith(
  processes: readonly ForgeProcess[],
  state: (process: ForgeProcess) => string,
  between = ', ',
): string {
  const texts = processes.map((process) => `${nameOf(process)}${state(process)}`);
  return firstOf(texts, maxNamed, between);
}

function meaningOf(status: string): string {
  return meanings.get(status) ?? `Forge reports the status ${status}`;
}

const meanings = new Map([
  ['installing', 'Forge is still installing it'],
  ['installed', 'Forge does not show whether it runs'],
  ['starting', 'Forge is still starting it'],
  ['backoff', 'it crashed while starting and Forge starts it again'],
  ['fatal', 'it has crashed and Forge has stopped restarting it'],
  ['exited', 'it has ended and Forge does not restart it'],
  ['stopped', 'it has been stopped and Forge does not start it again'],
  ['gone', 'something else has removed it'],
  ['not there', 'the list of the server does not show it yet'],
]);

/** The remedy for a process that does not run. */
export const readItsLog =
  'Read the log of the process in Forge, among the server’s background processes; fix the cause, then restart it';
