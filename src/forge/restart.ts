import { Semaphore } from '../converge/pace.ts';
import { skipRepeats } from '../converge/settle.ts';
import { Cancelled, Failure } from '../failure.ts';
import { HttpFailure } from '../http/failure.ts';
import { gaveUp } from '../http/retry.ts';
import { backoff, inSeconds, inWords, poll, type Wait } from '../time.ts';
import type { ForgeProcess } from './process.ts';
import {
  downWatch,
  isLeaving,
  isUp,
  type LastLook,
  notRunning,
  notRunningFailure,
  readItsLog,
} from './status.ts';
import type { ForgeStore } from './store.ts';

export interface RestartContext {
  readonly store: Pick<ForgeStore, 'find' | 'restart'>;
  /** Reads the processes with these ids, and may return others. A process that does not exist is missing. */
  look(ids: readonly string[]): Promise<readonly ForgeProcess[]>;
  /** The wait for one part of the step: until processes are installed, or until all are up. */
  readonly waiting: Wait;
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
  /** Returns `installing` if the request is to be sent again. */
  const send = async (process: ForgeProcess) => {
    if (stopped) return 'stopped';
    const state = await requestRestart(process, restarting);
    if (state === 'installing') return state;
    accepted.set(process.id, { process, at: waiting.clock.now() });
    log(`Restarting ${process.id} (it was ${process.status})`);
    return state;
  };
  const request = async (process: ForgeProcess): Promise<void> => {
    try {
      if (process.status === 'installing' && waiting.deadline.remaining() > 0) await untilInstalled(process);
      while ((await semaphore.run(() => send(process))) === 'installing') await untilInstalled(process);
    } catch (error) {
      failures.push(error);
      stopped ||= failsForAll(error);
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

/** The most restart requests for one process while responses get lost. */
const maxSends = 3;

/**
 * Requests the restart of one process. Sends the request again if the response is lost: at worst the process restarts
 * several times in a row. Waits before that as long as Forge asks to, unless the deadline comes first. Returns
 * `installing` if Forge refuses because the process is installing.
 */
async function requestRestart(
  { id }: ForgeProcess,
  { store, waiting, timeLeft, log }: RestartContext,
): Promise<'accepted' | 'installing'> {
  const pause = backoff({ first: 500, longest: 4_000 }, waiting.random);
  for (let send = 1; ; send++) {
    try {
      await store.restart(id);
      return 'accepted';
    } catch (error) {
      if (!(error instanceof HttpFailure) || error.arrival !== 'maybe' || error.retry === 'no') throw error;
      // Recorded: Forge responds with a 500 while the process is installing.
      if ((await store.find(id))?.status === 'installing') return 'installing';
      if (send >= maxSends) throw error;
      const { retryAfter = 0 } = error;
      if (retryAfter >= timeLeft()) throw gaveUp(error, `it asks to wait ${inWords(retryAfter)}`);
      const wait = Math.max(pause(), retryAfter);
      log(`Restarting ${id}: ${error.reason}; asking again in ${Math.round(wait / 100) / 10} s`);
      await waiting.clock.sleep(wait, waiting.cancelled);
    }
  }
}

/**
 * Returns a function that waits until a look shows that a process is no longer installing, and throws a `Failure` at the
 * deadline. Parallel waits share each look.
 */
function installationWait({ waiting, look, log }: RestartContext): (process: ForgeProcess) => Promise<void> {
  const { clock, random, deadline, cancelled } = waiting;
  const pause = backoff({ first: 1_000, longest: 10_000 }, random);
  const ids = new Set<string>();
  let next: Promise<readonly ForgeProcess[]> | undefined;
  const lookSoon = async () => {
    await clock.sleep(Math.min(pause(), deadline.remaining()), cancelled);
    log(`Waiting until ${[...ids].join(', ')} ${ids.size === 1 ? 'is' : 'are'} installed`);
    return await look([...ids]);
  };
  return async ({ id }) => {
    ids.add(id);
    while (deadline.remaining() > 0) {
      next ??= lookSoon().finally(() => {
        next = undefined;
      });
      const seen = await next;
      if (seen.some((process) => process.id === id && process.status === 'installing')) continue;
      ids.delete(id);
      return;
    }
    throw new Failure({
      what: `Restarting background process ${id}`,
      why: `it was still installing when wait-timeout (${inSeconds(deadline.span)}) had passed`,
      fix: 'Look in Forge why it does not install, or raise wait-timeout',
    });
  };
}

/** Milliseconds for which Forge may show the old status after it has accepted a restart. */
const grace = 5_000;

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
  const say = skipRepeats(log);
  const lookOnce = async (): Promise<LastLook | undefined> => {
    const seen = new Map((await look(ids)).map((process) => [process.id, process]));
    const downIds = downIn([...seen.values()]);
    for (const track of tracks) track.note(seen.get(track.last.id), downIds, clock.now());
    const down = tracks.filter(({ state }) => state === 'down');
    if (down.length > 0) return { processes: processes(), failure: downFailure(down) };
    if (pending().length === 0) return { processes: processes(), failure: undefined };
    say(`Waiting for ${pending().length} of ${tracks.length}: ${statesOf(pending())}`);
    return undefined;
  };
  const settled = await poll(lookOnce, {
    ...waiting,
    first: 1_000,
    longest: 10_000,
    onProgress: (seconds) => log(`Still waiting after ${seconds} s: ${statesOf(pending())}`),
  });
  if (settled !== undefined) return settled;
  const late = pending().map(({ last }) => last);
  const fix = 'Look in Forge how the restart ends, or raise wait-timeout';
  const failure = notRunningFailure(notRunning('Restarted', ` after ${inSeconds(deadline.span)}`, late), fix);
  return { processes: processes(), failure };
}

/** The observations of one process since Forge accepted its restart. */
class RestartTrack {
  readonly #accepted: AcceptedRestart;
  /** True once the status has changed: from then on, statuses belong to the restarted process. */
  #moved = false;
  state: 'pending' | 'up' | 'down' = 'pending';
  gone = false;
  last: ForgeProcess;

  constructor(accepted: AcceptedRestart) {
    this.#accepted = accepted;
    this.last = accepted.process;
  }

  note(seen: ForgeProcess | undefined, downIds: ReadonlySet<string>, now: number): void {
    const { process, at } = this.#accepted;
    this.gone = seen === undefined || isLeaving(seen);
    this.last = seen ?? this.last;
    this.#moved ||= this.last.status !== process.status;
    const isNew = this.#moved || now - at >= grace;
    if (this.gone || (isNew && downIds.has(process.id))) this.state = 'down';
    else this.state = isNew && isUp(this.last.status) ? 'up' : 'pending';
  }
}

function statesOf(tracks: readonly RestartTrack[]): string {
  return tracks.map(({ last: { id, status } }) => `${id} is ${status}`).join(', ');
}

function downFailure(down: readonly RestartTrack[]): Failure {
  const processes = down.map(({ last, gone }) => (gone ? { ...last, status: 'gone' } : last));
  const fix = down.every(({ gone }) => gone)
    ? 'Let only one run manage a process at a time'
    : `The last deployment may have broken it. ${readItsLog}`;
  return notRunningFailure(notRunning('Restarted', '', processes), fix);
}
