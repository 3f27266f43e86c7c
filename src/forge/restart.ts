import { idsOf } from '../converge/listing.ts';
import type { PacedWait } from '../converge/look.ts';
import { Semaphore } from '../converge/pace.ts';
import { skipRepeats } from '../converge/settle.ts';
import { Cancelled, Failure, messageOf } from '../failure.ts';
import { HttpFailure } from '../http/failure.ts';
import { gaveUp, unanswered } from '../http/retry.ts';
import { bullets, counted, processCount } from '../text.ts';
import { backoff, inSeconds, inWords } from '../time.ts';
import type { ForgeProcess } from './shapes.ts';
import { isDown, isLeaving, type LastLook, upWords, waitAtGate } from './status.ts';
import type { ForgeStore } from './store.ts';

export interface RestartContext {
  readonly store: Pick<ForgeStore, 'restart'>;
  /** Reads the processes with these ids, and may return others. A process that does not exist is missing. */
  look(ids: readonly string[]): Promise<readonly ForgeProcess[]>;
  /** The wait for one part of the step: until processes are installed, or until all are up. */
  readonly waiting: PacedWait;
  /** Milliseconds until the deadline of the requests. */
  timeLeft(): number;
}

/** A restart that Forge has accepted, with the process as read before. */
export interface AcceptedRestart {
  readonly process: ForgeProcess;
  /** The time of the response, in milliseconds on the clock of the wait. */
  readonly at: number;
}

export interface RestartRequests {
  readonly accepted: readonly AcceptedRestart[];
  /** The failure, if Forge has not accepted all restarts. */
  readonly failure: Failure | undefined;
}

/**
 * Requests the restart of each process, `atOnce` at a time. Waits until processes are installed. After a lost response,
 * it sends the request again: at worst the process restarts several times in a row. After a failure it goes on with the
 * others, unless the token has no permission, or the step is cancelled.
 */
export async function requestRestarts(
  processes: readonly ForgeProcess[],
  atOnce: number,
  restarting: RestartContext,
): Promise<RestartRequests> {
  const { deadline } = restarting.waiting;
  const round = new RestartRound(atOnce, restarting);
  let pending: readonly Pending[] = processes.map((process) => ({
    process,
    isInstalling: process.status === 'installing' && deadline.remaining() > 0,
  }));
  try {
    while (pending.length > 0) pending = await round.play(pending);
  } catch (error) {
    round.failures.push(error);
  }
  const unexpected = round.failures.find((error) => !(error instanceof Failure));
  if (unexpected !== undefined) throw unexpected;
  return {
    accepted: processes.flatMap(({ id }) => round.accepted.get(id) ?? []),
    failure: round.failure(processes),
  };
}

/** A process whose restart is to be requested. */
interface Pending {
  readonly process: ForgeProcess;
  readonly isInstalling: boolean;
  /** The time of the first lost response, and the milliseconds to wait after the last one. */
  readonly lost?: { readonly since: number; readonly retryAfter: number };
}

/** Milliseconds from the first lost response to the last request. */
const longestResending = 60_000;

/** Sends the requests for all processes that are installed, then looks which of the others are installed by now. */
class RestartRound {
  readonly accepted = new Map<string, AcceptedRestart>();
  readonly failures: unknown[] = [];
  readonly #restarting: RestartContext;
  readonly #semaphore: Semaphore;
  /** The ids of processes with a lost response. */
  readonly #lost = new Set<string>();
  readonly #pause: () => number;
  readonly #say: (line: string) => void;

  constructor(atOnce: number, restarting: RestartContext) {
    this.#restarting = restarting;
    this.#semaphore = new Semaphore(atOnce);
    this.#pause = backoff({ first: 1_000, longest: 10_000 }, restarting.waiting.random);
    this.#say = skipRepeats(restarting.waiting.log);
  }

  /** Returns one failure for all restarts of these processes that Forge has not accepted. */
  failure(processes: readonly ForgeProcess[]): Failure | undefined {
    const failures = this.failures.filter((error) => error instanceof Failure);
    const decisive = failures.find(failsForAll);
    const open = processes.filter(({ id }) => this.#lost.has(id) && !this.accepted.has(id));
    if (decisive instanceof Cancelled && open.length > 0) return unanswered(`Restarting ${idsOf(open)}`);
    if (failures.length <= 1 || decisive !== undefined) return decisive ?? failures[0];
    const refused = processes.length - this.accepted.size;
    const what = `${refused} of ${processCount(processes.length)} not restarted`;
    return new Failure({ what, why: `\n${bullets(failures.map(messageOf).toSorted())}` });
  }

  /** Returns the processes whose restart is to be requested in the next round. */
  async play(pending: readonly Pending[]): Promise<readonly Pending[]> {
    const sent = await Promise.all(pending.map((one) => (one.isInstalling ? one : this.#sendInTurn(one))));
    const left = sent.filter((one) => one !== undefined);
    return left.length === 0 ? [] : await this.#look(left);
  }

  async #sendInTurn(one: Pending): Promise<Pending | undefined> {
    const { waiting, timeLeft } = this.#restarting;
    const { cancelled, pacer } = waiting;
    try {
      // Each process takes a turn of its own, so that the requests for many processes are spaced, too.
      if (one.lost !== undefined) await pacer.turn({}, { cancelled, timeLeft });
      return await this.#semaphore.run(() => this.#send(one));
    } catch (error) {
      this.failures.push(error);
      return undefined;
    }
  }

  /** Returns the process if the response is lost, so that the request is to be sent again. */
  async #send({ process, lost }: Pending): Promise<Pending | undefined> {
    const { store, waiting, timeLeft } = this.#restarting;
    const { clock, log } = waiting;
    const { id, status } = process;
    if (this.failures.some(failsForAll)) return undefined;
    try {
      await store.restart(id);
    } catch (error) {
      const isLost = error instanceof HttpFailure && error.arrival === 'maybe' && error.retry !== 'no';
      if (isLost || (error instanceof Cancelled && error.mayHaveActed)) this.#lost.add(id);
      if (!isLost) throw error;
      const { reason, retryAfter = 0 } = error;
      const now = clock.now();
      const since = lost?.since ?? now;
      if (now - since >= longestResending)
        throw gaveUp(error, `it was tried for ${inWords(longestResending)}`);
      if (retryAfter >= timeLeft()) throw gaveUp(error, `it asks to wait ${inWords(retryAfter)}`);
      log(`Restarting ${id}: ${reason}; asking again${retryAfter > 0 ? ` in ${inWords(retryAfter)}` : ''}`);
      return { process, isInstalling: false, lost: { since, retryAfter } };
    }
    this.accepted.set(id, { process, at: clock.now() });
    log(`Restarting ${id} (it was ${status})`);
    return undefined;
  }

  async #look(left: readonly Pending[]): Promise<readonly Pending[]> {
    const { look, waiting } = this.#restarting;
    const { clock, deadline, cancelled } = waiting;
    const longest = Math.max(...left.map(({ lost }) => lost?.retryAfter ?? 0));
    await clock.sleep(Math.max(Math.min(this.#pause(), deadline.remaining()), longest), cancelled);
    const seen = await look(left.map(({ process }) => process.id));
    // Recorded: Forge responds with a 500 while the process is installing.
    const installing = new Set(seen.flatMap(({ id, status }) => (status === 'installing' ? id : [])));
    const ids = left.flatMap(({ process: { id } }) => (installing.has(id) ? id : []));
    const names = `${ids.join(', ')} ${ids.length === 1 ? 'is' : 'are'}`;
    if (ids.length > 0) this.#say(`Waiting until ${names} installed`);
    return left.flatMap(({ process, lost }) => {
      if (!installing.has(process.id)) return { process, isInstalling: false, ...(lost && { lost }) };
      if (deadline.remaining() > 0) return { process, isInstalling: true };
      this.failures.push(notInstalled(process, deadline.span));
      return [];
    });
  }
}

function notInstalled({ id }: ForgeProcess, span: number): Failure {
  return new Failure({
    what: `Background process ${id}`,
    why: `it was still installing when wait-timeout (${inSeconds(span)}) had passed`,
    fix: 'Look in Forge why it does not install, or raise wait-timeout',
  });
}

function failsForAll(error: unknown): boolean {
  if (error instanceof HttpFailure) return error.status === 401 || error.status === 403;
  return error instanceof Cancelled || !(error instanceof Failure);
}

/**
 * Milliseconds for which Forge may show the old status after it has accepted a restart. A process that was down gets
 * more time: Forge may begin late.
 */
const grace = { ofUp: 5_000, ofDown: 30_000 } as const;

/** Reads until all processes are up. Fails at once if a process has ended for good, stays `stopped`, or is gone. */
export async function untilUp(
  accepted: readonly AcceptedRestart[],
  { look, waiting }: Pick<RestartContext, 'look' | 'waiting'>,
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
      // At the deadline, a process that is down counts as down.
      const isOver = isDown(last.status) && waiting.deadline.remaining() <= 0;
      return isNew || isOver ? last : { ...last, status: 'restarting' };
    });
  };
  const count = (processes: number): string => counted(processes, 'restarted process', 'restarted processes');
  return await waitAtGate({ statuses: upWords, minCount: 0, count }, list, waiting);
}
