import { Failure } from '../failure.ts';
import { counted, firstOf } from '../text.ts';
import { inSeconds, type LoggedWait, poll } from '../time.ts';
import type { ForgeProcess } from './process.ts';
import { downWatch, type FailureText, notRunningFailure, readItsLog, reasonsText } from './status.ts';

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
  const downIn = downWatch(waiting.clock);
  let processes: readonly ForgeProcess[] = [];
  let said = '';
  const look = async (): Promise<LastLook | undefined> => {
    processes = await list();
    const missing = unmet(gate, processes);
    if (missing.length === 0) return { processes, failure: undefined };
    const down = downIn(processes);
    const unwanted = unwantedIn(gate, processes, '');
    if (unwanted.processes.some(({ id }) => down.has(id)))
      return { processes, failure: notRunningFailure(gate.tell(unwanted), readItsLog) };
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
function unmet(gate: Gate, all: readonly ForgeProcess[]): readonly string[] {
  const { processes } = unwantedIn(gate, all, '');
  const { length } = processes;
  const states = processes.map(({ id, status }) => `${id} is ${status}`);
  const wanted = gate.statuses.join(' or ');
  const found = counted(all.length, 'process matches', 'processes match');
  return [
    ...(all.length < gate.minCount ? [`${found}, and min-count is ${gate.minCount}`] : []),
    ...(length > 0
      ? [`${length} of ${all.length} ${isOrAre(length)} not ${wanted}: ${firstOf(states, 10)}`]
      : []),
  ];
}

/** Returns a text that counts: `1 of 3 background processes on server "web-1" is not running after 5 s`. */
export function tellByNumber(on: string, statuses: readonly string[]): Gate['tell'] {
  const wanted = statuses.join(' or ');
  return ({ processes, of, after }) => {
    const { length } = processes;
    const things = `${length} of ${counted(of, 'background process', 'background processes')}`;
    return { what: `${things} ${on} ${isOrAre(length)} not ${wanted}${after}`, why: reasonsText(processes) };
  };
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
  const unwanted = unwantedIn(gate, processes, after);
  const logs = unwanted.processes.length === 1 ? 'log of the process' : 'logs of these processes';
  const fix = unwanted.processes.some(({ status }) => status === 'installed')
    ? 'Older servers report only installed, which does not show whether a process runs. To accept it, set require-status: running, installed'
    : `Read the ${logs} in Forge${longer}`;
  return notRunningFailure(gate.tell(unwanted), fix);
}

function unwantedIn(gate: Gate, processes: readonly ForgeProcess[], after: string): Unwanted {
  const unwanted = processes.filter((process) => !isWanted(gate, process));
  return { processes: unwanted, of: processes.length, after };
}
