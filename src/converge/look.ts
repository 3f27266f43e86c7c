import { Deadline, type LoggedWait, poll, type Timing } from '../time.ts';

/**
 * The clock, log and checkpoints of a run, passed as an argument so that tests never wait. The clock stands still while
 * the service's rate limit stops all requests, since no read is possible in that time.
 */
export interface Runtime extends Timing {
  readonly pacer: Pacer;
  /** Milliseconds until the deadline of the requests. */
  timeLeft(): number;
  log(line: string): void;
  warn(line: string): void;
  /**
   * Records the last change or, with `unknown`, an open question: `whether ...`. A failing or cancelled step reports
   * the last checkpoint; undefined removes it.
   */
  checkpoint(line: string | undefined, kind?: 'unknown'): void;
}

/** The longest time of each kind of wait, in milliseconds. Decision 2 explains each. */
export const spans = {
  /** Until a list shows a process that must exist: the one of this run, or the holder of the name that it wants. */
  ownShows: 30_000,
  /** Until younger rivals have left: they may notice late, and a DELETE takes time. */
  rivalsLeave: 30_000,
  /** Until the effect of a lost request shows. */
  lostShows: 20_000,
  /** Until a race between other runs has settled: longer than these runs wait for each other. */
  settles: 45_000,
  /** Until two readings of a list of several pages are the same. */
  listHolds: 30_000,
  /** Until a read by id shows an update. */
  updateShows: 3_000,
  /** Until a list shows the process that holds a name, while nothing runs in the place of a deleted process. */
  holderShows: 10_000,
} as const;

const pauses = { first: 250, longest: 4_000 } as const;

/** Milliseconds between two reads of all waits of a run together: 30 a minute. */
const interval = 2_000;

/** The count of a run's requests. */
interface Meter {
  readonly clock: Timing['clock'];
  /** The number of reads so far. */
  readonly reads: number;
}

/** The parts of a runtime that end a wait. */
type Waiter = Pick<Runtime, 'cancelled' | 'timeLeft'>;

/**
 * Spaces the looks of all parallel waits, so that a waiting run leaves the organization's rate limit to others. Each
 * read since the last look delays the next one, and waits for the same place share one look.
 */
export class Pacer {
  readonly #meter: Meter;
  /** The number of reads that have delayed a look already. */
  #paid: number | undefined;
  #reserved = 0;
  #next = Number.NEGATIVE_INFINITY;
  readonly #turns = new Map<object, Promise<void>>();

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  /** Milliseconds until the next look may begin. */
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

  /** Waits for `span` milliseconds on a clock that may stand still, but not past the deadline. */
  async pass(span: number, { cancelled, timeLeft }: Waiter): Promise<void> {
    const { clock } = this.#meter;
    const until = clock.now() + span;
    for (;;) {
      const left = Math.min(until - clock.now(), timeLeft());
      if (left <= 0) return;
      await clock.sleep(left, cancelled);
    }
  }

  /** Begins a wait: earlier reads do not delay it, unless another wait is running. */
  begin(): void {
    if (this.wait === 0 && this.#reserved === 0) this.#paid = this.#meter.reads;
  }

  /** Delays the next look for the reads since the last call. Each turn has paid for one read. */
  pay(): void {
    const reads = this.#meter.reads - (this.#paid ?? this.#meter.reads);
    this.#paid = this.#meter.reads;
    const covered = Math.min(reads, this.#reserved);
    this.#reserved -= covered;
    this.#next = Math.max(this.#next, this.#meter.clock.now()) + (reads - covered) * interval;
  }
}

/** A wait whose looks take their turn among the looks of all waits of the run. */
export interface PacedWait extends LoggedWait {
  readonly pacer: Pacer;
}

/** Milliseconds past the deadline for which the last look waits for its turn; then it goes without one. */
const patience = 10_000;

/**
 * Returns a look that takes its turn. The first look goes at once. Looks at the same `place` share their turns. No turn
 * lasts longer than `timeLeft`.
 */
export function paced<A extends readonly unknown[], T>(
  look: (...asked: A) => Promise<T>,
  {
    pacer,
    deadline,
    cancelled,
    timeLeft = () => deadline.remaining(),
  }: Pick<PacedWait, 'pacer' | 'deadline' | 'cancelled'> & Partial<Waiter>,
  place: object = look,
): (...asked: A) => Promise<T> {
  let isFirst = true;
  return async (...asked) => {
    const left = deadline.remaining();
    if (isFirst) pacer.begin();
    else if (pacer.wait <= left + patience) await pacer.turn(place, { cancelled, timeLeft });
    else await pacer.pass(left, { cancelled, timeLeft });
    isFirst = false;
    const seen = await look(...asked);
    pacer.pay();
    return seen;
  };
}

/** The run that waits, and its place: waits for the same place share their looks. */
export interface WaitWorld {
  readonly runtime: Runtime;
  readonly store?: { readonly place: object };
}

interface LookOptions<T> {
  /** A result from just now, in place of the first look. */
  readonly seen?: T | undefined;
  /** Called every 30 s with the seconds so far. */
  readonly onProgress?: (seconds: number) => void;
}

/**
 * Calls `look` until `isEnough` accepts its result or the span is over, and returns the last result. All calls but the
 * first wait for their turn. The last call is at the end of the span, or a little later.
 */
export async function lookFor<T>(
  span: number,
  look: () => Promise<T>,
  isEnough: (seen: T) => boolean,
  { runtime, store }: WaitWorld,
  { seen, onProgress = () => undefined }: LookOptions<T> = {},
): Promise<T> {
  const waiting = { ...runtime, deadline: new Deadline(runtime.clock, span) };
  let known = seen;
  const next = async (): Promise<T> => {
    const last = known ?? (await look());
    known = undefined;
    return last;
  };
  return await poll(paced(next, waiting, store?.place ?? look), isEnough, {
    ...waiting,
    ...pauses,
    onProgress,
  });
}
