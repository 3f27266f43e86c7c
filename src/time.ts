import { setTimeout as delay } from 'node:timers/promises';

/** The source of time for all code, passed as an argument so that tests never wait. */
export interface Clock {
  /** Returns the milliseconds of a clock that never goes back. Only the difference of two values has a meaning. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason as soon as the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A source of numbers in [0, 1), such as `Math.random`. */
export type Random = () => number;

export const systemClock: Clock = {
  now: () => performance.now(),
  async sleep(ms, signal) {
    signal?.throwIfAborted();
    try {
      await delay(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};

/** A moment after which nothing new starts. */
export class Deadline {
  readonly #clock: Clock;
  readonly #at: number;
  /** The whole span, in milliseconds, for messages. */
  readonly span: number;

  constructor(clock: Clock, span: number) {
    this.#clock = clock;
    this.#at = clock.now() + span;
    this.span = span;
  }

  /** Returns the milliseconds that are left. `extension`: the milliseconds by which the deadline has moved later. */
  remaining(extension = 0): number {
    return Math.max(0, this.#at + extension - this.#clock.now());
  }

  /** True when time is left after a wait of `ms` milliseconds. */
  allows(ms: number): boolean {
    return ms < this.remaining();
  }
}

/** Pauses in milliseconds. */
export interface BackoffOptions {
  readonly first: number;
  readonly longest: number;
}

/**
 * Returns a function that draws the next pause. Pauses double up to `longest`; each is drawn from the upper half of its
 * span, so that runs started together drift apart.
 */
export function backoff({ first, longest }: BackoffOptions, random: Random): () => number {
  let step = 0;
  return () => {
    const span = Math.min(longest, first * 2 ** step++);
    return Math.round(span * (0.5 + random() / 2));
  };
}

/** The clock, randomness and cancellation of a wait, passed as arguments so that tests never wait. */
export interface Timing {
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted when the step is cancelled. */
  readonly cancelled: AbortSignal;
}

export interface Wait extends Timing {
  readonly deadline: Deadline;
}

/** A wait that reports its progress. */
export interface LoggedWait extends Wait {
  readonly log: (line: string) => void;
}

/** The pauses are those between two calls of `look`. */
export interface PollOptions extends Wait, BackoffOptions {
  /** Called every 30 s with the seconds waited so far. */
  readonly onProgress: (seconds: number) => void;
}

/** Returns a wait whose deadline is `span` milliseconds from now. */
export function waitingFor({ clock, random, cancelled }: Timing, span: number): Wait {
  return { clock, random, cancelled, deadline: new Deadline(clock, span) };
}

const progressEvery = 30_000;

/** Calls `look` at once, then after pauses, until `isEnough` or the deadline. Returns the last result. */
export async function poll<T>(
  look: () => Promise<T>,
  isEnough: (seen: T) => boolean,
  options: PollOptions,
): Promise<T> {
  const { clock, random, deadline, cancelled, first, longest, onProgress } = options;
  const pause = backoff({ first, longest }, random);
  const started = clock.now();
  let said = started;
  for (;;) {
    const seen = await look();
    if (isEnough(seen) || deadline.remaining() <= 0) return seen;
    if (clock.now() - said >= progressEvery) {
      said = clock.now();
      onProgress(Math.round((said - started) / 1000));
    }
    // The last look falls on the deadline itself.
    await clock.sleep(Math.min(pause(), deadline.remaining()), cancelled);
  }
}

/** A date and time without a time zone. */
const zoneless = /^\d{4}-\d\d-\d\d[T ][\d:.]+$/;

/**
 * Converts a date of an API to milliseconds since 1970; undefined for any other text. A time without a time zone is in
 * UTC: the runner may stand anywhere.
 */
export function timeOf(date: string | null | undefined): number | undefined {
  const text = date ?? '';
  const time = Date.parse(zoneless.test(text) ? `${text}Z` : text);
  return Number.isNaN(time) ? undefined : time;
}

/** Formats a date of an API to the minute: `2026-11-28 13:16 UTC`. Any other text stays unchanged. */
export function readableDate(date: string): string {
  const time = timeOf(date);
  return time === undefined ? date : `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Formats a span in seconds, however long it is: `300 s`. */
export function inSeconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

/** Formats a span in the unit that fits: `0.5 s`, `90 s`, `60 minutes`, `26 hours`. */
export function inWords(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 120) return `${Math.round(seconds * 10) / 10} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} hours` : `${Math.round(seconds / 86_400)} days`;
}
