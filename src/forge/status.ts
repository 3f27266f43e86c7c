import type { Pacer } from '../converge/look.ts';
import { Failure } from '../failure.ts';
import { counted, firstOf } from '../text.ts';
import { type Clock, inSeconds, type LoggedWait, poll, type Wait } from '../time.ts';
import { type ForgeProcess, label } from './shapes.ts';

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
function isUntold(status: string): boolean {
  return status === 'unknown' || !knownWords.includes(status);
}

/** True for a process that has ended, and that Forge does not restart. `gone`: a read by its id did not find it. */
function isDead(status: string): boolean {
  return ['fatal', 'exited', 'gone'].includes(status);
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

/** Returns a judge of looks, which returns the ids of processes that have ended, or stay `stopped`. */
function downWatch(
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

/** Returns `31 ("php8.4 artisan horizon") is fatal: Forge has stopped restarting after crashes`; each status once. */
export function reasonsText(processes: readonly ForgeProcess[]): string {
  const groups = [...Map.groupBy(processes, ({ status }) => status)].map(([status, some]) => {
    const names = firstOf(some.map(label), maxNamed);
    return `${names} ${isOrAre(some.length)} ${status}: ${meaningOf(status)}`;
  });
  return groups.join('; ');
}

function meaningOf(status: string): string {
  return meanings.get(status) ?? `Forge reports the status ${status}`;
}

const meanings = new Map([
  ['installing', 'Forge is still installing it'],
  ['installed', 'Forge does not show whether it runs'],
  ['starting', 'Forge is still starting it'],
  ['restarting', 'Forge has not shown yet that it is up again'],
  ['backoff', 'the start crashed, and Forge tries again'],
  ['fatal', 'Forge has stopped restarting after crashes'],
  ['exited', 'the command has ended, and Forge does not restart it'],
  ['stopped', 'Forge does not start it again by itself'],
  ['gone', 'something else has removed it'],
]);

/** Returns the remedy for processes that do not run. */
export function remedyFor(down: readonly ForgeProcess[]): string {
  return down.every(({ status }) => status === 'gone')
    ? 'Let only one run manage a process at a time'
    : 'Read the log of the process in Forge, among the server’s background processes; fix the cause, then restart it';
}

/** The conditions that the listed processes must meet. */
export interface Gate {
  /** The wanted statuses, of which every listed process must have one; empty: any status. */
  readonly statuses: readonly string[];
  readonly minCount: number;
  /** Returns a number of processes in words: `3 background processes on server "web-1"`. */
  count(processes: number): string;
}

/** The result of a wait, with the processes as last read. */
export interface LastLook {
  readonly processes: readonly ForgeProcess[];
  /** The failure; undefined if the processes are as required. */
  readonly failure: Failure | undefined;
}

/** Milliseconds for which a status must hold: a process that keeps crashing is `running` between its restarts. */
const standing = 2_000;

/**
 * Lists the processes until there are enough, and two lists in a row show each with a wanted status. Returns a failure
 * at once when an unwanted process has ended for good (`fatal`, `exited`) or stays `stopped`, else at the deadline.
 */
export async function waitAtGate(
  gate: Gate,
  list: () => Promise<readonly ForgeProcess[]>,
  waiting: LoggedWait,
): Promise<LastLook> {
  const downIn = downWatch(waiting.clock);
  let processes: readonly ForgeProcess[] = [];
  let said = '';
  const look = async (): Promise<LastLook | undefined> => {
    processes = await list();
    const missing = unmet(gate, processes);
    if (missing.length === 0) return { processes, failure: undefined };
    const down = downIn(processes);
    const unwanted = unwantedIn(gate, processes);
    if (unwanted.some(({ id }) => down.has(id)))
      return { processes, failure: unwantedFailure(gate, processes, '', remedyFor(unwanted)) };
    const picture = missing.join('; ');
    if (picture !== said && waiting.deadline.remaining() > 0) waiting.log(`Waiting: ${picture}`);
    said = picture;
    return undefined;
  };
  const lookTwice = async (): Promise<LastLook | undefined> => {
    const gated = await look();
    const isMomentary = gate.statuses.length > 0 && processes.length > 0;
    if (gated === undefined || gated.failure !== undefined || !isMomentary) return gated;
    await waiting.clock.sleep(standing, waiting.cancelled);
    return await look();
  };
  const gated = await poll(lookTwice, (seen) => seen !== undefined, {
    ...waiting,
    first: 2_000,
    longest: 15_000,
    onProgress: (seconds) => waiting.log(`Still waiting after ${seconds} s: ${said}`),
  });
  return gated ?? { processes, failure: lateFailure(gate, processes, waiting.deadline.span) };
}

/** True for a wanted status. `running` counts as `installed`: older servers report only `installed`. */
function isWanted({ statuses }: Gate, { status }: ForgeProcess): boolean {
  if (statuses.length === 0 || statuses.includes(status)) return true;
  return status === 'running' && statuses.includes('installed');
}

/** Returns the unmet conditions, in short: `2 of 3 are not running: 31 is starting, 32 is backoff`. */
function unmet(gate: Gate, all: readonly ForgeProcess[]): readonly string[] {
  const unwanted = unwantedIn(gate, all);
  const { length } = unwanted;
  const states = unwanted.map(({ id, status }) => `${id} is ${status}`);
  const found = counted(all.length, 'process matches', 'processes match');
  return [
    ...(all.length < gate.minCount ? [`${found}, and min-count is ${gate.minCount}`] : []),
    ...(length > 0
      ? [`${length} of ${all.length} ${isOrAre(length)} not ${wantedText(gate)}: ${firstOf(states, 10)}`]
      : []),
  ];
}

function wantedText({ statuses }: Gate): string {
  return statuses === upWords ? 'running' : statuses.join(' or ');
}

function isOrAre(count: number): string {
  return count === 1 ? 'is' : 'are';
}

function lateFailure(gate: Gate, processes: readonly ForgeProcess[], span: number): Failure {
  const after = span > 0 ? ` after ${inSeconds(span)}` : '';
  const longer = span > 0 ? ', or raise wait-timeout' : ', or set wait-timeout, so that the step waits';
  if (processes.length < gate.minCount) {
    return new Failure({
      what: `Too few background processes${after}`,
      why: unmet(gate, processes).join('; '),
      fix: `Check the filters and min-count${longer}`,
    });
  }
  const unwanted = unwantedIn(gate, processes);
  const logs = unwanted.length === 1 ? 'log of the process' : 'logs of these processes';
  const fix = unwanted.some(({ status }) => status === 'installed')
    ? 'Older servers report only installed. To accept it, set require-status: running, installed'
    : `Read the ${logs} in Forge${longer}`;
  return unwantedFailure(gate, processes, after, fix);
}

/** Returns the failure for processes without a wanted status. Its headline has no reason. */
function unwantedFailure(gate: Gate, all: readonly ForgeProcess[], after: string, fix: string): Failure {
  const unwanted = unwantedIn(gate, all);
  const { length } = unwanted;
  const what = `${length} of ${gate.count(all.length)} ${isOrAre(length)} not ${wantedText(gate)}${after}`;
  return new Failure({ headline: what, what, why: reasonsText(unwanted), fix });
}

function unwantedIn(gate: Gate, processes: readonly ForgeProcess[]): readonly ForgeProcess[] {
  return processes.filter((process) => !isWanted(gate, process));
}

/** The stability of a process, judged by the statuses that Forge reports. */
export interface Steadiness {
  readonly process: ForgeProcess;
  readonly stable: 'true' | 'false' | 'unknown';
  /** The reason: `31 ("php8.4 artisan horizon") was running, now backoff`; empty for a stable process. */
  readonly why: string;
}

/** Milliseconds that a process may take until it is up. */
const longestStart = 60_000;
/** The least milliseconds between two looks. */
const shortestPause = 5_000;

/** The source of the statuses, and the pacer that counts its requests. */
export interface StatusSource {
  look(): Promise<readonly ForgeProcess[]>;
  readonly pacer: Pick<Pacer, 'begin' | 'pay' | 'wait'>;
}

/** Watches until all have been up for `span` milliseconds, or one is not stable. One not shown is gone. */
export async function watchStatus(
  processes: readonly ForgeProcess[],
  span: number,
  { look, pacer }: StatusSource,
  { clock, cancelled }: Pick<Wait, 'clock' | 'cancelled'>,
): Promise<readonly Steadiness[]> {
  const tracks = processes.map((process) => new Track(process));
  const began = clock.now();
  let upSince: number | undefined;
  pacer.begin();
  for (;;) {
    const seen = new Map((await look()).map((process) => [process.id, process]));
    pacer.pay();
    const isLate = clock.now() - began >= longestStart;
    for (const track of tracks) track.note(seen.get(track.last.id), isLate);
    if (tracks.every(({ upAs }) => upAs !== undefined)) upSince ??= clock.now();
    const isOver = upSince !== undefined && clock.now() - upSince >= span;
    const steadiness = tracks.map((track) => track.steadiness());
    if (isOver || steadiness.some(({ stable }) => stable === 'false')) return steadiness;
    const lookEvery = Math.max(shortestPause, pacer.wait);
    const left = upSince === undefined ? lookEvery : upSince + span - clock.now();
    await clock.sleep(Math.min(lookEvery, left), cancelled);
  }
}

class Track {
  last: ForgeProcess;
  /** The last status that counts as up; undefined if the process was never up. */
  upAs: string | undefined;
  #failure: string | undefined;

  constructor(process: ForgeProcess) {
    this.last = process;
  }

  /** Records a look. `isLate`: a process that has never been up has taken too long. */
  note(seen: ForgeProcess | undefined, isLate: boolean): void {
    this.last = seen === undefined || isLeaving(seen) ? { ...this.last, status: 'gone' } : seen;
    const { status } = this.last;
    if (status === 'gone') this.#failure ??= 'is gone';
    else if (isUp(status) || isUntold(status)) this.upAs = status;
    else if (this.upAs !== undefined) this.#failure ??= `was ${this.upAs} and is ${status} now`;
    else if (isDead(status)) this.#failure ??= `is ${status}`;
    else if (isLate) this.#failure ??= `is still ${status} after ${longestStart / 1000} s`;
  }

  steadiness(): Steadiness {
    const process = this.last;
    if (this.#failure !== undefined)
      return { process, stable: 'false', why: `${label(process)} ${this.#failure}` };
    if (process.status === 'running') return { process, stable: 'true', why: '' };
    const why = `Forge reports ${process.status} for ${label(process)}, which does not say whether it runs`;
    return { process, stable: 'unknown', why };
  }
}
