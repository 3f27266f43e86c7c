import { backoff, type Timing } from '../time.ts';

/**
 * What a run has to work with. Handed in, so that tests never wait. Its clock stands still while the service's rate limit
 * lets no request through: in that time nobody looks in vain.
 */
export interface Runtime extends Timing {
  readonly calm: Calm;
  /** Requests that this run has sent so far. */
  requests(): number;
  log(line: string): void;
  warn(line: string): void;
  /** Records what has been done so far. If the step fails or is cancelled, it reports the last checkpoint. */
  checkpoint(line: string): void;
}

/** How long a run looks again at most, in milliseconds. Decision 2 explains each. */
export const spans = {
  /** Until a listing shows what this run has created. */
  ownShows: 30_000,
  /** Until younger rivals have left: they may notice late, and a DELETE takes its time. */
  rivalsLeave: 30_000,
  /** Until the effect of a request whose answer was lost would show. */
  lostShows: 20_000,
  /** Until a race between other runs has settled: longer than those wait for each other. */
  settles: 45_000,
  /** Until two readings of a list of several pages are the same. */
  listHolds: 30_000,
  /** Until an update shows when the process is read by its id. */
  updateShows: 3_000,
  /** Until a list shows the process that holds a name. */
  holderShows: 10_000,
} as const;

const pauses = { first: 250, longest: 4_000 } as const;

/** Milliseconds between two requests of all waits of a run together: 30 a minute. */
const interval = 2_000;

/**
 * Spaces the looks of everything that waits at the same time, so that a waiting run leaves the organization's limit of
 * requests to others. Waits for the same thing share one look.
 */
export class Calm {
  readonly #clock: Timing['clock'];
  #next = Number.NEGATIVE_INFINITY;
  readonly #turns = new Map<object, Promise<void>>();

  constructor(clock: Timing['clock']) {
    this.#clock = clock;
  }

  /** Milliseconds until a look that asks now may begin. */
  get wait(): number {
    return Math.max(0, this.#next - this.#clock.now());
  }

  /** Resolves when the next look at this thing may begin: true for the wait that pays for it, false for those that share it. */
  async turn(what: object, signal: AbortSignal): Promise<boolean> {
    const known = this.#turns.get(what);
    if (known !== undefined) {
      await known;
      return false;
    }
    const pause = this.wait;
    this.#next = this.#clock.now() + pause + interval;
    const turn = this.#clock.sleep(pause, signal).finally(() => this.#turns.delete(what));
    this.#turns.set(what, turn);
    await turn;
    return true;
  }

  /** A look has taken so many requests; its turn has paid for one. */
  spent(requests: number): void {
    if (requests > 1) this.#next = Math.max(this.#next, this.#clock.now()) + (requests - 1) * interval;
  }
}

export interface LookOptions {
  /** Waits for the same place share their looks. */
  readonly place?: object;
  /** Called once in a while with the seconds that have passed. */
  readonly onProgress?: (seconds: number) => void;
}

/** How often a wait reports that it is still waiting, in milliseconds. */
const progressEvery = 30_000;

/**
 * Looks until it sees enough or the span is over, and returns the last look. The first look and the last one, which falls
 * on the end of the span, are free; those between wait for their turn.
 */
export async function lookFor<T>(
  span: number,
  look: () => Promise<T>,
  isEnough: (seen: T) => boolean,
  { clock, random, cancelled, calm, requests }: Runtime,
  { place = look, onProgress = () => undefined }: LookOptions = {},
): Promise<T> {
  const pause = backoff(pauses, random);
  const started = clock.now();
  const left = (): number => span - (clock.now() - started);
  let reported = started;
  let seen = await look();
  while (!isEnough(seen) && left() > 0) {
    await clock.sleep(Math.min(pause(), left()), cancelled);
    const isLast = calm.wait >= left();
    while (isLast && left() > 0) await clock.sleep(left(), cancelled);
    const pays = !isLast && (await calm.turn(place, cancelled));
    const before = requests();
    seen = await look();
    if (pays) calm.spent(requests() - before);
    if (clock.now() - reported < progressEvery) continue;
    reported = clock.now();
    onProgress(Math.round((reported - started) / 1000));
  }
  return seen;
}
