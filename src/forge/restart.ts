import type { PacedWait } from '../converge/look.ts';
import { Semaphore } from '../converge/pace.ts';
import { skipRepeats } from '../converge/settle.ts';
import { Cancelled, Failure } from '../failure.ts';
import { HttpFailure } from '../http/failure.ts';
import { gaveUp } from '../http/retry.ts';
import { backoff, inSeconds, inWords } from '../time.ts';
import type { ForgeProcess } from './process.ts';
import { type Gate, isDown, isLeaving, type LastLook, notRunning, upWords, waitAtGate } from './status.ts';
import type { ForgeStore } from './store.ts';

export interface RestartContext {
  readonly store: Pick<ForgeStore, 'restart'>;
  /** Reads the processes with these ids, and may return others. A process that does not exist is missing. */
  look(ids: readonly string[]): Promise<readonly ForgeProcess[]>;
  /** The wait for one part of the step: until processes are installed, or until all are up. */
  readonly waiting: Omit<PacedWait, 'log'>;
  /** Milliseconds until the deadline of the requests. */
  timeLeft(): number;
  log(line: string): void;
}

/** A restart that Forge has accepted, with the process as read before. */
export interface AcceptedRestart {
  readonly process: ForgeProcess;
  /** The time of the response, in milliseconds on the clock of the wait. */
  readonly at: number;
}

export interface RestartRequests {
  readonly accepted: readonly AcceptedRestart[];
  /** The first failure, if Forge has not accepted all restarts. */
  readonly failure: Failure | undefined;
}

/**
 * Requests the restart of each process, `atOnce` at a time. After a failure it goes on with the others, unless the token
 * has no permission, or the step is cancelled.
 */
export async function requestRestarts(
  processes: readonly ForgeProcess[],
  atOnce: number,
  restarting: RestartContext,
): Promise<RestartRequests> {
  const accepted = new Map<string, AcceptedRestart>();
  const failures: unknown[] = [];
  const { waiting, log } = restarting;
  const semaphore = new Semaphore(atOnce);
  const untilInstalled = installationWait({ ...restarting, log: skipRepeats(log) });
  let stopped = false;
  /** Returns the failure if the response is lost. */
  const send = async (process: ForgeProcess): Promise<HttpFailure | undefined> => {
    if (stopped) return undefined;
    try {
      await restarting.store.restart(process.id);
    } catch (error) {
      if (error instanceof HttpFailure && error.arrival === 'maybe' && error.retry !== 'no') return error;
      stopped ||= failsForAll(error);
      throw error;
    }
    accepted.set(process.id, { process, at: waiting.clock.now() });
    log(`Restarting ${process.id} (it was ${process.status})`);
    return undefined;
  };
  const request = async (process: ForgeProcess): Promise<void> => {
    const untilNextSend = resendWait(process, restarting);
    const sendInTurn = () => semaphore.run(() => send(process));
    try {
      if (process.status === 'installing' && waiting.deadline.remaining() > 0) await untilInstalled(process);
      for (let lost = await sendInTurn(); lost !== undefined; lost = await sendInTurn()) {
        // Recorded: Forge responds with a 500 while the process is installing.
        if (!(await untilInstalled(process))) await untilNextSend(lost);
      }
    } catch (error) {
      failures.push(error);
    }
  };
  await Promise.all(processes.map(request));
  const unexpected = failures.find((error) => !(error instanceof Failure));
  if (unexpected !== undefined) throw unexpected;
  return {
    accepted: processes.flatMap(({ id }) => accepted.get(id) ?? []),
    failure: failures.find((error) => error instanceof Failure),
  };
}

function failsForAll(error: unknown): boolean {
  if (error instanceof HttpFailure) return error.status === 401 || error.status === 403;
  return error instanceof Cancelled || !(error instanceof Failure);
}

/** Milliseconds from the first lost response to the last request. */
const longestResending = 60_000;

/**
 * Returns a function that waits before the restart of a process is requested again, at least as long as Forge asks to:
 * at worst the process restarts several times in a row. Throws the failure after a minute, or if Forge asks to wait past
 * the deadline.
 */
function resendWait(
  { id }: ForgeProcess,
  { waiting, timeLeft, log }: RestartContext,
): (lost: HttpFailure) => Promise<void> {
  const { clock, cancelled, pacer } = waiting;
  let end: number | undefined;
  return async (lost) => {
    const { retryAfter = 0 } = lost;
    end ??= clock.now() + longestResending;
    if (clock.now() >= end) throw gaveUp(lost, `it was tried for ${inWords(longestResending)}`);
    if (retryAfter >= timeLeft()) throw gaveUp(lost, `it asks to wait ${inWords(retryAfter)}`);
    log(
      `Restarting ${id}: ${lost.reason}; asking again${retryAfter > 0 ? ` in ${inWords(retryAfter)}` : ''}`,
    );
    await clock.sleep(retryAfter, cancelled);
    // Each process takes a turn of its own, so that the requests for many processes are spaced, too.
    await pacer.turn({}, { cancelled, timeLeft });
  };
}

/**
 * Returns a function that waits until a look shows that a process is not installing, and throws a `Failure` at the
 * deadline. The function returns true if an earlier look has shown the process as installing. Parallel waits share each
 * look.
 */
function installationWait({
  waiting,
  look,
  log,
}: RestartContext): (process: ForgeProcess) => Promise<boolean> {
  const { clock, random, deadline, cancelled } = waiting;
  const pause = backoff({ first: 1_000, longest: 10_000 }, random);
  const ids = new Set<string>();
  let next: Promise<readonly string[]> | undefined;
  const lookSoon = async () => {
    await clock.sleep(Math.min(pause(), deadline.remaining()), cancelled);
    const installing = (await look([...ids])).filter(
      ({ id, status }) => ids.has(id) && status === 'installing',
    );
    const names = installing.map(({ id }) => id);
    if (names.length > 0)
      log(`Waiting until ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} installed`);
    return names;
  };
  return async ({ id }) => {
    ids.add(id);
    let wasInstalling = false;
    do {
      next ??= lookSoon().finally(() => {
        next = undefined;
      });
      if (!(await next).includes(id)) {
        ids.delete(id);
        return wasInstalling;
      }
      wasInstalling = true;
    } while (deadline.remaining() > 0);
    throw new Failure({
      what: `Restarting background process ${id}`,
      why: `it was still installing when wait-timeout (${inSeconds(deadline.span)}) had passed`,
      fix: 'Look in Forge why it does not install, or raise wait-timeout',
    });
  };
}

/**
 * Milliseconds for which Forge may show the old status after it has accepted a restart. A process that was down gets
 * more time: Forge may begin late.
 */
const grace = { ofUp: 5_000, ofDown: 30_000 } as const;

/** Reads until all processes are up. Fails at once if a process has ended for good, stays `stopped`, or is gone. */
export async function untilUp(
  accepted: readonly AcceptedRestart[],
  { look, waiting, log }: Pick<RestartContext, 'look' | 'waiting' | 'log'>,
): Promise<LastLook> {
  /** The ids whose status has changed: from then on, statuses belong to the restarted process. */
  const moved = new Set<string>();
  const list = async (): Promise<readonly ForgeProcess[]> => {
    const all = await look(accepted.map(({ process }) => process.id));
    const seen = new Map(all.map((process) => [process.id, process]));
    const now = waiting.clock.now();
    return accepted.map(({ process, at }) => {
      const last = seen.get(process.id);
      if (last === undefined || isLeaving(last)) return { ...process, status: 'gone' };
      if (last.status !== process.status) moved.add(process.id);
      const isNew = moved.has(process.id) || now - at >= (isDown(process.status) ? grace.ofDown : grace.ofUp);
      return isNew ? last : { ...last, status: 'restarting' };
    });
  };
  const tell: Gate['tell'] = ({ processes, after }) => notRunning('Restarted', after, processes);
  return await waitAtGate({ statuses: upWords, minCount: 0, tell }, list, { ...waiting, log });
}
