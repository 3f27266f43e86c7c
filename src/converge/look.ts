import { backoff, type Timing } from '../time.ts';

/**
 * What a run has to work with. Handed in, so that tests never wait. Its clock stands still while the service's rate limit
 * lets no request through: in that time nobody looks in vain.
 */
export interface Runtime extends Timing {
  readonly pacer: Pacer;
  /** Milliseconds until the deadline of its requests, after which a look fails. */
  timeLeft(): number;
  log(line: string): void;
  warn(line: string): void;
  /**
   * Records what has been done so far or, with `unknown`, what nobody knows: `whether ...`. If the step fails or is
   * cancelled, it reports the last checkpoint; undefined where the failure itself says it.
   */
  checkpoint(line: string | undefined, kind?: 'unknown'): void;
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

/** Milliseconds between two reads of all waits of a run together: 30 a minute. */
const interval = 2_000;

/** What a run has sent. */
interface Meter {
  readonly clock: Timing['clock'];
  /** How many reads the run has sent so far. */
  readonly reads: number;
}

/** Whose wait it is, and when that must end. */
type Waiter = Pick<Runtime, 'cancelled' | 'timeLeft'>;

/**
 * Spaces the looks of everything that waits at the same time, so that a waiting run leaves the organization's limit of
 * requests to others. Each read that was sent since the last look pays for its time, and waits for the same place share
 * one look.
 */
export class Pacer {
  readonly #meter: Meter;
  /** Reads that are paid for. */
  #paid: number | undefined;
  #reserved = 0;
  #next = Number.NEGATIVE_INFINITY;
  readonly #turns = new Map<object, Promise<void>>();

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  /** Milliseconds until a look that asks now may begin. */
  get wait(): number {
    return Math.max(0, this.#next - this.#meter.clock.now());
  }

  /** Resolves when the next look at this place may begin. */
  async turn(place: object, waiter: Waiter): Promise<void> {
    const known = this.#turns.get(place);
    if (known !== undefined) return await known;
    const pause = this.wait;
    this.#next = this.#meter.clock.now() + pause + interval;
    this.#reserved += 1;
    const turn = this.pass(pause, waiter).finally(() => this.#turns.delete(place));
    this.#turns.set(place, turn);
    await turn;
  }

  /** Waits until so many milliseconds have passed on a clock that may stand still, but not past the deadline. */
  async pass(span: number, { cancelled, timeLeft }: Waiter): Promise<void> {
    const { clock } = this.#meter;
    const until = clock.now() + span;
    for (;;) {
      const left = Math.min(until - clock.now(), timeLeft());
      if (left <= 0) return;
      await clock.sleep(left, cancelled);
    }
  }

  /** A wait begins: only reads from now on are paid for, unless another wait is under way. */
  begin(): void {
    if (this.wait === 0 && this.#reserved === 0) this.#paid = this.#meter.reads;
  }

  /** Pays for the reads since the last payment. Turns have paid for one each. */
  pay(): void {
    const reads = this.#meter.reads - (this.#paid ?? this.#meter.reads);
    this.#paid = this.#meter.reads;
    const covered = Math.min(reads, this.#reserved);
    this.#reserved -= covered;
    if (reads > covered)
      this.#next = Math.max(this.#next, this.#meter.clock.now()) + (reads - covered) * interval;
  }
}

export interface LookOptions<T> {
  /** Waits for the same place share their looks. */
  readonly place?: object;
  /** What has been seen just now: the first look. */
  readonly seen?: T | undefined;
  /** Called once in a while with the seconds that have passed. */
  readonly onProgress?: (seconds: number) => void;
}

/** How often a wait reports that it is still waiting, in milliseconds. */
const progressEvery = 30_000;

/** The last look waits up to 10 s past the span for its turn, else it goes without one. */
const patience = 10_000;

/**
 * Looks until it sees enough or the span is over, and returns the last look. All looks but the first wait for their turn.
 * The last look falls on the end of the span, or a little later.
 */
export async function lookFor<T>(
  span: number,
  look: () => Promise<T>,
  isEnough: (seen: T) => boolean,
  runtime: Runtime,
  { place = look, seen: known, onProgress = () => undefined }: LookOptions<T> = {},
): Promise<T> {
  const { clock, random, cancelled, pacer } = runtime;
  const pause = backoff(pauses, random);
  const started = clock.now();
  const left = (): number => span - (clock.now() - started);
  let reported = started;
  pacer.begin();
  let seen = known ?? (await look());
  pacer.pay();
  while (!isEnough(seen) && left() > 0) {
    await clock.sleep(Math.min(pause(), left()), cancelled);
    if (pacer.wait <= left() + patience) await pacer.turn(place, runtime);
    else await pacer.pass(left(), runtime);
    seen = await look();
    pacer.pay();
    if (clock.now() - reported < progressEvery) continue;
    reported = clock.now();
    onProgress(Math.round((reported - started) / 1000));
  }
  return seen;
}
