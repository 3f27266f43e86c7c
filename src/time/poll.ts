import { backoff } from './backoff.ts';
import type { Clock, Random } from './clock.ts';
import { Deadline } from './deadline.ts';

/** What a wait needs of the world: handed in, so that tests never wait. */
export interface Timing {
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted when the step is told to stop. */
  readonly cancelled: AbortSignal;
}

/** A wait that ends. */
export interface Waiting extends Timing {
  readonly deadline: Deadline;
}

export interface PollOptions extends Waiting {
  /** The first and the longest pause between looks, in milliseconds. */
  readonly first: number;
  readonly longest: number;
  /** Told once in a while how many seconds have passed. */
  readonly onProgress: (seconds: number) => void;
}

/** A wait of so many milliseconds, from now on. */
export function waitingFor({ clock, random, cancelled }: Timing, span: number): Waiting {
  return { clock, random, cancelled, deadline: new Deadline(clock, span) };
}

/** How often a wait says that it is still waiting. */
const progressEvery = 30_000;

/** Looks until something is there: at once, then with growing pauses. Undefined when the deadline comes first. */
export async function poll<T>(
  look: () => Promise<T | undefined>,
  options: PollOptions,
): Promise<T | undefined> {
  return await lookUntil(look, (found) => found !== undefined, options);
}

/** Looks until it sees enough: at once, then with growing pauses. Gives the last look, also when the deadline comes first. */
export async function lookUntil<T>(
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
