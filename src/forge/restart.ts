import type { PacedWait } from '../converge/look.ts';
import { Semaphore } from '../converge/pace.ts';
import { skipRepeats } from '../converge/settle.ts';
import { Cancelled, Failure } from '../failure.ts';
import { HttpFailure } from '../http/failure.ts';
import { gaveUp } from '../http/retry.ts';
import { backoff, inSeconds, inWords, poll } from '../time.ts';
import type { ForgeProcess } from './process.ts';
import {
  downWatch,
  isDown,
  isLeaving,
  isUp,
  type LastLook,
  notRunning,
  notRunningFailure,
  readItsLog,
  remedyFor,
  standing,
} from './status.ts';
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
  const { clock, deadline } = waiting;
  const ids = accepted.map(({ process }) => process.id);
  const downIn = downWatch(clock);
  const tracks = accepted.map((one) => new RestartTrack(one));
  const processes = () => tracks.map(({ last }) => last);
  const pending = () => tracks.filter(({ state }) => state === 'pending');
  const notUp = () => pending().filter(({ isUp }) => !isUp);
  const say = skipRepeats(log);
  const lookOnce = async (): Promise<LastLook | undefined> => {
    const seen = new Map((await look(ids)).map((process) => [process.id, process]));
    const downIds = downIn([...seen.values()]);
    for (const track of tracks) track.note(seen.get(track.last.id), downIds, clock.now());
    const down = tracks.filter(({ state }) => state === 'down');
    if (down.length > 0) return { processes: processes(), failure: downFailure(down) };
    if (pending().length === 0) return { processes: processes(), failure: undefined };
    const { length } = notUp();
    if (length > 0) say(`Waiting for ${length} of ${tracks.length}: ${statesOf(notUp())}`);
    return undefined;
  };
  const lookTwice = async (): Promise<LastLook | undefined> => {
    const settled = await lookOnce();
    if (settled !== undefined || notUp().length > 0) return settled;
    await clock.sleep(standing, waiting.cancelled);
    return await lookOnce();
  };
  const settled = await poll(lookTwice, (seen) => seen !== undefined, {
    ...waiting,
    first: 1_000,
    longest: 10_000,
    onProgress: (seconds) => log(`Still waiting after ${seconds} s: ${statesOf(notUp())}`),
  });
  if (settled !== undefined) return settled;
  const late = notUp().map(({ last }) => last);
  const fix = 'Look in Forge how the restart ends, or raise wait-timeout';
  const failure = notRunningFailure(notRunning('Restarted', ` after ${inSeconds(deadline.span)}`, late), fix);
  return { processes: processes(), failure };
}

/** The observations of one process since Forge accepted its restart. */
class RestartTrack {
  readonly #accepted: AcceptedRestart;
  /** True once the status has changed: from then on, statuses belong to the restarted process. */
  #moved = false;
  /** The time since which each look has shown the process as up. */
  #upSince: number | undefined;
  state: 'pending' | 'up' | 'down' = 'pending';
  gone = false;
  last: ForgeProcess;

  constructor(accepted: AcceptedRestart) {
    this.#accepted = accepted;
    this.last = accepted.process;
    if (isUp(this.last.status)) this.#upSince = accepted.at;
  }

  note(seen: ForgeProcess | undefined, downIds: ReadonlySet<string>, now: number): void {
    const { process, at } = this.#accepted;
    this.gone = seen === undefined || isLeaving(seen);
    this.last = seen ?? this.last;
    this.#moved ||= this.last.status !== process.status;
    const isNew = this.#moved || now - at >= (isDown(process.status) ? grace.ofDown : grace.ofUp);
    this.#upSince = isUp(this.last.status) ? (this.#upSince ?? now) : undefined;
    if (this.gone || (isNew && downIds.has(process.id))) this.state = 'down';
    else this.state = isNew && now - (this.#upSince ?? now) >= standing ? 'up' : 'pending';
  }

  /** True if the last look has shown the restarted process as up. */
  get isUp(): boolean {
    return this.#moved && this.#upSince !== undefined;
  }
}

function statesOf(tracks: readonly RestartTrack[]): string {
  return tracks.map(({ last: { id, status } }) => `${id} is ${status}`).join(', ');
}

function downFailure(down: readonly RestartTrack[]): Failure {
  const processes = down.map(({ last, gone }) => (gone ? { ...last, status: 'gone' } : last));
  const remedy = remedyFor(processes);
  const fix = remedy === readItsLog ? `The last deployment may have broken it. ${remedy}` : remedy;
  return notRunningFailure(notRunning('Restarted', '', processes), fix);
}
