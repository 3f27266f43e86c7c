import { Failure, type FailureParts } from '../failure.ts';
import { inSeconds, type LoggedWait, poll } from '../time.ts';

/** The means to follow a deployment or a command until it ends. */
export interface FollowContext extends LoggedWait {
  /**
   * Records a fact for the report of a failing step: with `going`, work that goes on without the step; with `unknown`,
   * an open question: `whether ...`.
   */
  readonly did: (line: string, kind?: 'going' | 'unknown') => void;
}

/** The pauses between two reads, in milliseconds: at most 30 reads a minute, and soon fewer. */
const followPauses = { first: 4_000, longest: 8_000 } as const;

/** A deployment or a command that Laravel Cloud carries out. */
export interface FollowedWork<T> {
  /** `Deployment depl-1`, for messages. */
  readonly what: string;
  /** The work as read before, if the step has read it. */
  readonly first?: T;
  read(): Promise<T>;
  hasEnded(seen: T): boolean;
  /** The advice for work that has not ended by the deadline. */
  readonly fix: string;
}

/** The failure of a wait for work that has not ended by the deadline. */
export class StillGoing extends Failure {
  /** The length of the wait: `60 s`. */
  readonly after: string;

  constructor(parts: FailureParts, after: string) {
    super(parts);
    this.after = after;
  }
}

/** Reads until the work has ended. Throws a `StillGoing` at the deadline. */
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
