import type { Waiting } from '../time/poll.ts';

/** What is needed to follow something that Laravel Cloud works on until it ends. */
export interface Following extends Waiting {
  readonly log: (line: string) => void;
  /** Told what is known by now, for the case that the run ends before it can report. */
  readonly did: (line: string) => void;
}

/** Pauses between looks for what a lost request may have started, in milliseconds: about twenty seconds in all. */
const looksAfterLoss = [500, 1_000, 2_000, 4_000, 6_000, 6_500];

/** Looks until something shows, or undefined when nothing has shown in time. */
export async function lookAfterLoss<T>(
  look: () => Promise<T | undefined>,
  { clock, cancelled }: Following,
): Promise<T | undefined> {
  for (const pause of looksAfterLoss) {
    await clock.sleep(pause, cancelled);
    const found = await look();
    if (found !== undefined) return found;
  }
  return undefined;
}
