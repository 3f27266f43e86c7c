import { Failure } from '../failure.ts';
import { poll, type Waiting } from '../time.ts';

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
  { clock, cancelled, deadline }: Following,
): Promise<T | undefined> {
  for (const pause of looksAfterLoss) {
    if (!deadline.allows(pause)) return undefined;
    await clock.sleep(pause, cancelled);
    const found = await look();
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Something that Laravel Cloud works on: a deployment, a command. */
export interface Work<T> {
  /** `Deployment depl-1`, for messages. */
  readonly what: string;
  read(): Promise<T>;
  hasEnded(seen: T): boolean;
  /** The input that says how long it is waited for. */
  readonly limit: string;
}

/** Looks until it has ended. Throws a `Failure` when it has not by the deadline. */
export async function followToEnd<T extends { readonly status: string }>(
  first: T,
  { what, read, hasEnded, limit }: Work<T>,
  following: Following,
): Promise<T> {
  let current = first;
  const look = async (): Promise<T | undefined> => {
    if (hasEnded(current)) return current;
    const next = await read();
    if (next.status !== current.status) following.log(`${what}: ${next.status}`);
    current = next;
    return hasEnded(next) ? next : undefined;
  };
  const ended = await poll(look, {
    ...following,
    first: 1_000,
    longest: 5_000,
    onProgress: (seconds) => following.log(`${what}: still ${current.status} after ${seconds} s`),
  });
  if (ended !== undefined) return ended;
  throw new Failure({
    what,
    why: `it was still ${current.status} when ${limit} (${Math.round(following.deadline.span / 1000)} s) had passed`,
    fix: `It goes on in Laravel Cloud; look there how it ends, or raise ${limit}`,
  });
}
