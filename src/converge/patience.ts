import { lookUntil, type PollOptions, type Timing, waitingFor } from '../time.ts';

/** How long a run looks again at most, in milliseconds. Why each is as long as it is, is told in decision 2. */
export const patience = {
  /** Until a listing shows what this run has made: the time that took is how far listings lag. */
  ownShows: 30_000,
  /** Until younger rivals have left: they may see late that they have to, and a DELETE takes its time. */
  rivalsLeave: 30_000,
  /** Until what came of a request whose answer was lost would show. */
  lostShows: 20_000,
  /** Until a race between other runs has settled: longer than those wait for each other. */
  settles: 45_000,
  /** Until two readings of a list of several pages are the same. */
  listHolds: 30_000,
  /** Until an update shows when the process is read by its id. */
  updateShows: 3_000,
} as const;

const pauses = { first: 250, longest: 4_000 } as const;

/** Looks again and again, until it sees enough or the span is over. Gives the last look. */
export async function lookFor<T>(
  span: number,
  look: () => Promise<T>,
  isEnough: (seen: T) => boolean,
  timing: Timing,
): Promise<T> {
  const options: PollOptions = { ...waitingFor(timing, span), ...pauses, onProgress: () => undefined };
  return await lookUntil(look, isEnough, options);
}
