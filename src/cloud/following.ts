import { Failure, type FailureParts } from '../failure.ts';
import { inSeconds, type LoggedWait, poll } from '../time.ts';

/** What is needed to follow something that Laravel Cloud works on until it ends. */
export interface FollowContext extends LoggedWait {
  /** Records what has been done so far or, with `unknown`, what nobody knows, for the case that the step ends before it can report. */
  readonly did: (line: string, kind?: 'going' | 'unknown') => void;
}

/** Pauses between looks for what a lost request may have started, in milliseconds: about twenty seconds in all. */
const looksAfterLoss = [500, 1_000, 2_000, 4_000, 6_000, 6_500];

/** Looks until something shows, or undefined when nothing has shown in time. */
export async function lookAfterLoss<T>(
  look: () => Promise<T | undefined>,
  { clock, cancelled, deadline }: FollowContext,
): Promise<T | undefined> {
  for (const pause of looksAfterLoss) {
    if (!deadline.allows(pause)) return undefined;
    await clock.sleep(pause, cancelled);
    const found = await look();
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Pauses between two looks at something that takes its time: at most thirty looks a minute, and soon fewer. */
export const followPauses = { first: 4_000, longest: 8_000 } as const;

/** Something that Laravel Cloud works on: a deployment, a command. */
export interface FollowedWork<T> {
  /** `Deployment depl-1`, for messages. */
  readonly what: string;
  read(): Promise<T>;
  hasEnded(seen: T): boolean;
  readonly limit: string;
}

/** It has not ended in time. */
export class StillGoing extends Failure {
  override readonly name = 'StillGoing';
  /** How long it was followed: `60 s`. */
  readonly after: string;

  constructor(parts: FailureParts, after: string) {
    super(parts);
    this.after = after;
  }
}

/** Looks until it has ended. Throws a `Failure` when it has not by the deadline. */
export async function followToEnd<T extends { readonly status: string }>(
  first: T,
  { what, read, hasEnded, limit }: FollowedWork<T>,
  following: FollowContext,
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
    ...followPauses,
    onProgress: (seconds) => following.log(`${what}: still ${current.status} after ${seconds} s`),
  });
  if (ended !== undefined) return ended;
  const after = inSeconds(following.deadline.span);
  const fix = `It continues in Laravel Cloud. Look there how it ends, or raise ${limit}`;
  throw new StillGoing({ what, why: `it is still ${current.status} after ${after}`, fix }, after);
}
