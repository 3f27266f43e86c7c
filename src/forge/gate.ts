import { Failure } from '../failure.ts';
import { counted, firstOf } from '../text.ts';
import { inSeconds, type LoggedWait, poll } from '../time.ts';
import type { ForgeProcess } from './process.ts';
import { DownWatch, type FailureText, readItsLog, reasonsText } from './status.ts';

/** The conditions that the listed processes must meet. */
export interface Gate {
  /** The wanted statuses, of which every listed process must have one; empty: any status. */
  readonly statuses: readonly string[];
  readonly minCount: number;
  /** Describes the processes that have none of the statuses. */
  tell(unwanted: Unwanted): FailureText;
}

export interface Unwanted {
  readonly processes: readonly ForgeProcess[];
  /** The number of all listed processes, wanted or not. */
  readonly of: number;
  /** ` after 5 s`; empty without a wait. */
  readonly after: string;
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
  const watch = new DownWatch(waiting.clock);
  let processes: readonly ForgeProcess[] = [];
  let said = '';
  const look = async (): Promise<LastLook | undefined> => {
    processes = await list();
    const missing = unmet(gate, processes);
    if (missing.length === 0) return { processes, failure: undefined };
    const down = watch.note(processes);
    if (processes.some((process) => !isWanted(gate, process) && down.has(process.id)))
      return { processes, failure: endedFailure(gate, processes) };
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
  const gated = await poll(lookTwice, {
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
function unmet(gate: Gate, processes: readonly ForgeProcess[]): string[] {
  const missing: string[] = [];
  if (processes.length < gate.minCount) {
    missing.push(tooFew(gate, processes));
  }
  const unwanted = processes.filter((process) => !isWanted(gate, process));
  if (unwanted.length > 0) {
    const states = unwanted.map(({ id, status }) => `${id} is ${status}`);
    missing.push(
      `${unwanted.length} of ${processes.length} ${unwanted.length === 1 ? 'is' : 'are'} not ${gate.statuses.join(' or ')}: ${firstOf(states, 10)}`,
    );
  }
  return missing;
}

/** Returns a text that counts: `1 of 3 background processes on server "web-1" is not running after 5 s`. */
export function tellByNumber(on: string, statuses: readonly string[]): Gate['tell'] {
  const wanted = statuses.join(' or ');
  return ({ processes, of, after }) => {
    const { length } = processes;
    const things = `${length} of ${counted(of, 'background process', 'background processes')}`;
    const what = `${things} ${on} ${length === 1 ? 'is' : 'are'} not ${wanted}${after}`;
    return { what, why: reasonsText(processes) };
  };
}

/** Returns the failure when at least one process has ended for good or stays `stopped`. */
function endedFailure(gate: Gate, processes: readonly ForgeProcess[]): Failure {
  return gateFailure(gate.tell(unwantedIn(gate, processes, '')), readItsLog);
}

function lateFailure(gate: Gate, processes: readonly ForgeProcess[], span: number): Failure {
  const after = span > 0 ? ` after ${inSeconds(span)}` : '';
  const unwanted = unwantedIn(gate, processes, after);
  if (processes.length >= gate.minCount)
    return gateFailure(gate.tell(unwanted), gateFix(unwanted.processes, span));
  return new Failure({
    what: `Too few background processes${after}`,
    why: unmet(gate, processes).join('; '),
    fix: `Check the filters and min-count${longer(span)}`,
  });
}

function unwantedIn(gate: Gate, processes: readonly ForgeProcess[], after: string): Unwanted {
  return {
    processes: processes.filter((process) => !isWanted(gate, process)),
    of: processes.length,
    after,
  };
}

function gateFailure({ what, why }: FailureText, fix: string): Failure {
  return new Failure({ headline: what, what, why, fix });
}

function gateFix(unwanted: readonly ForgeProcess[], span: number): string {
  return unwanted.some(({ status }) => status === 'installed')
    ? 'Older servers report only installed, which does not show whether a process runs. To accept it, set require-status: running, installed'
    : `Read the ${unwanted.length === 1 ? 'log of the process' : 'logs of these processes'} in Forge${longer(span)}`;
}

function longer(span: number): string {
  return span > 0 ? ', or raise wait-timeout' : ', or set wait-timeout, so that the step waits';
}

/** Returns `1 process matches, and min-count is 2`. */
function tooFew({ minCount }: Gate, { length }: readonly ForgeProcess[]): string {
  return `${counted(length, 'process matches', 'processes match')}, and min-count is ${minCount}`;
}
