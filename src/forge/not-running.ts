import { firstOf } from '../text.ts';
import { type ForgeProcess, nameOf } from './process.ts';

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
