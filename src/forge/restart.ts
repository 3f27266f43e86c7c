import { Semaphore } from '../converge/semaphore.ts';
import { skipRepeats } from '../converge/settle.ts';
import { Cancelled, Failure } from '../failure.ts';
import { HttpFailure } from '../http/failure.ts';
import { backoff, type Clock, inSeconds, poll, type Wait } from '../time.ts';
import type { LastLook } from './gate.ts';
import type { ForgeProcess } from './process.ts';
import { DownWatch, isLeaving, isUp, notRunning, readItsLog } from './status.ts';
import type { ForgeStore } from './store.ts';

export interface RestartContext {
  readonly store: Pick<ForgeStore, 'find' | 'restart'>;
  /** Reads the processes with these ids, and may return others. A process that does not exist is missing. */
  look(ids: readonly string[]): Promise<readonly ForgeProcess[]>;
  /** The wait for one part of the step: until processes are installed, or until all are up. */
  readonly waiting: Wait;
  log(line: string): void;
}

/** The most restart requests for one process while responses get lost. */
const maxSends = 3;

/** Milliseconds for which Forge may show the old status after it has accepted a restart. */
const grace = 5_000;

/**
 * Requests the restart of one process. Sends the request again if the response is lost: at worst the process restarts
 * several times in a row. Returns `installing` if Forge refuses because the process is installing.
 */
async function requestRestart(
  { id }: ForgeProcess,
  { store, waiting, log }: RestartContext,
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
      const wait = pause();
      log(`Restarting ${id}: ${error.reason}; asking again in ${Math.round(wait / 100) / 10} s`);
      await waiting.clock.sleep(wait, waiting.cancelled);
    }
  }
}

/** The waits for processes that are installing. Parallel waits share each look. */
class Installations {
  readonly #restarting: RestartContext;
  readonly #pause: () => number;
  readonly #ids = new Set<string>();
  #next: Promise<readonly ForgeProcess[]> | undefined;

  constructor(restarting: RestartContext) {
    this.#restarting = restarting;
    this.#pause = backoff({ first: 1_000, longest: 10_000 }, restarting.waiting.random);
  }

  /** Waits until a look shows that the process is no longer installing. Throws a `Failure` at the deadline. */
  async over({ id }: ForgeProcess): Promise<void> {
    const { deadline } = this.#restarting.waiting;
    this.#ids.add(id);
    while (deadline.remaining() > 0) {
      this.#next ??= this.#look().finally(() => {
        this.#next = undefined;
      });
      const seen = await this.#next;
      if (seen.some((process) => process.id === id && process.status === 'installing')) continue;
      this.#ids.delete(id);
      return;
    }
    throw new Failure({
      what: `Restarting background process ${id}`,
      why: `it was still installing when wait-timeout (${inSeconds(deadline.span)}) had passed`,
      fix: 'Look in Forge why it does not install, or raise wait-timeout',
    });
  }

  async #look(): Promise<readonly ForgeProcess[]> {
    const { waiting, look, log } = this.#restarting;
    const { clock, deadline, cancelled } = waiting;
    await clock.sleep(Math.min(this.#pause(), deadline.remaining()), cancelled);
    const ids = [...this.#ids];
    log(`Waiting until ${ids.join(', ')} ${ids.length === 1 ? 'is' : 'are'} installed`);
    return await look(ids);
  }
}

/** A restart that Forge has accepted, with the process as read before. */
export interface AcceptedRestart {
  readonly process: ForgeProcess;
  /** The time of the response, in milliseconds on the clock of the wait. */
  readonly at: number;
}

/** Reads until all processes are up. Fails at once if a process has ended for good, stays `stopped`, or is gone. */
export async function untilUp(
  accepted: readonly AcceptedRestart[],
  { look, waiting, log }: Omit<RestartContext, 'store'>,
): Promise<LastLook> {
  const ids = accepted.map(({ process }) => process.id);
  const watch = new DownWatch(waiting.clock);
  const tracks = accepted.map((one) => new RestartTrack(one, waiting.clock));
  const processes = () => tracks.map(({ last }) => last);
  const pending = () => tracks.filter(({ state }) => state === 'pending');
  const say = skipRepeats(log);
  const lookOnce = async (): Promise<LastLook | undefined> => {
    const seen = new Map((await look(ids)).map((process) => [process.id, process]));
    const downIds = watch.note([...seen.values()]);
    for (const track of tracks) track.note(seen.get(track.id), downIds.has(track.id));
    const down = tracks.filter(({ state }) => state === 'down');
    if (down.length > 0) return { processes: processes(), failure: downFailure(down) };
    const waitingFor = pending();
    if (waitingFor.length === 0) return { processes: processes(), failure: undefined };
    say(`Waiting for ${waitingFor.length} of ${tracks.length}: ${statesOf(waitingFor)}`);
    return undefined;
  };
  const settled = await poll(lookOnce, {
    ...waiting,
    first: 1_000,
    longest: 10_000,
    onProgress: (seconds) => log(`Still waiting after ${seconds} s: ${statesOf(pending())}`),
  });
  return settled ?? { processes: processes(), failure: notUpInTime(pending(), waiting.deadline.span) };
}

/** The observations of one process since Forge accepted its restart. */
class RestartTrack {
  readonly id: string;
  readonly #accepted: AcceptedRestart;
  readonly #clock: Clock;
  /** True once the status has changed: from then on, statuses belong to the restarted process. */
  #moved = false;
  state: 'pending' | 'up' | 'down' = 'pending';
  gone = false;
  last: ForgeProcess;

  constructor(accepted: AcceptedRestart, clock: Clock) {
    this.#accepted = accepted;
    this.#clock = clock;
    this.id = accepted.process.id;
    this.last = accepted.process;
  }

  note(seen: ForgeProcess | undefined, isDown: boolean): void {
    this.gone = seen === undefined || isLeaving(seen);
    this.last = seen ?? this.last;
    this.#moved ||= this.last.status !== this.#accepted.process.status;
    const isNew = this.#moved || this.#clock.now() - this.#accepted.at >= grace;
    if (this.gone || (isNew && isDown)) this.state = 'down';
    else this.state = isNew && isUp(this.last.status) ? 'up' : 'pending';
  }
}

function statesOf(tracks: readonly RestartTrack[]): string {
  return tracks.map(({ id, last }) => `${id} is ${last.status}`).join(', ');
}

function downFailure(down: readonly RestartTrack[]): Failure {
  return restartFailure(
    '',
    down.map(({ last, gone }) => (gone ? { ...last, status: 'gone' } : last)),
    down.every(({ gone }) => gone)
      ? 'Let only one run manage a process at a time'
      : `The last deployment may have broken it. ${readItsLog}`,
  );
}

function notUpInTime(pending: readonly RestartTrack[], span: number): Failure {
  return restartFailure(
    ` after ${inSeconds(span)}`,
    pending.map(({ last }) => last),
    'Look in Forge how the restart ends, or raise wait-timeout',
  );
}

function restartFailure(after: string, processes: readonly ForgeProcess[], fix: string): Failure {
  const { what, why } = notRunning('Restarted', after, processes);
  return new Failure({ headline: what, what, why, fix });
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
  const installations = new Installations({ ...restarting, log: skipRepeats(log) });
  let stopped = false;
  const send = async (process: ForgeProcess) =>
    stopped ? 'stopped' : await requestRestart(process, restarting);
  const request = async (process: ForgeProcess): Promise<void> => {
    try {
      if (process.status === 'installing' && waiting.deadline.remaining() > 0)
        await installations.over(process);
      let state = await semaphore.run(() => send(process));
      while (state === 'installing') {
        await installations.over(process);
        state = await semaphore.run(() => send(process));
      }
      if (state === 'stopped') return;
      accepted.set(process.id, { process, at: waiting.clock.now() });
      log(`Restarting ${process.id} (it was ${process.status})`);
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
