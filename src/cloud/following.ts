import { Failure, type FailureParts } from '../failure.ts';
import { inSeconds, type LoggedWait, poll } from '../time.ts';

/** What is needed to follow something that Laravel Cloud works on until it ends. */
export interface FollowContext extends LoggedWait {
  /** Records what has been done so far or, with `unknown`, what nobody knows, for the case that the step ends before it can report. */
  readonly did: (line: string, kind?: 'going' | 'unknown') => void;
}

/** Pauses between two looks at something that takes its time: at most thirty looks a minute, and soon fewer. */
const followPauses = { first: 4_000, longest: 8_000 } as const;

/** Something that Laravel Cloud works on: a deployment, a command. */
export interface FollowedWork<T> {
  /** `Deployment depl-1`, for messages. */
  readonly what: string;
  /** As it was when it started, if that is known. */
  readonly first?: T;
  read(): Promise<T>;
  hasEnded(seen: T): boolean;
  /** What to do when it takes too long. */
  readonly fix: string;
}

/** It has not ended in time. */
export class StillGoing extends Failure {
  /** How long it was followed: `60 s`. */
  readonly after: string;

  constructor(parts: FailureParts, after: string) {
    super(parts);
    this.after = after;
  }
}

/** Looks until it has ended. Throws a `Failure` when it has not by the deadline. */
export async function followToEnd<T extends { readonly status: string }>(
  { what, first, read, hasEnded, fix }: FollowedWork<T>,
  following: FollowContext,
): Promise<T> {
  if (first !== undefined && hasEnded(first)) return first;
  let status = first?.status;
  const look = async (): Promise<T | undefined> => {
    const seen = await read();
    if (seen.status !== status) following.log(`${what}: ${seen.status}`);
    status = seen.status;
    return hasEnded(seen) ? seen : undefined;
  };
  const ended = await poll(look, {
    ...following,
    ...followPauses,
    onProgress: (seconds) => following.log(`${what}: still ${status} after ${seconds} s`),
  });
  if (ended !== undefined) return ended;
  const after = inSeconds(following.deadline.span);
  throw new StillGoing({ what, why: `it is still ${status} after ${after}`, fix }, after);
}
