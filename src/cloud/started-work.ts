import type * as v from 'valibot';
import { Failure, type FailureParts } from '../failure.ts';
import type { HttpClient } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import { one } from '../http/json-api.ts';
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

/** A request that starts a deployment or a command on Laravel Cloud. */
export interface Start<T> {
  /** `deployment`, for messages. */
  readonly name: string;
  readonly path: string;
  readonly body?: unknown;
  readonly schema: v.GenericSchema<unknown, T>;
  /** The deployments or commands of the list before the request. */
  readonly before: readonly T[];
  /** Reads the list again. */
  list(): Promise<readonly T[]>;
  /** True if the next run of the step looks for the effect of a lost request, too. */
  readonly nextRunLooks: boolean;
}

/** The most sends of the request while its responses are lost, and the list shows no effect. */
const maxAttempts = 3;

/** Starts a deployment or a command. If the response is lost, watches the list before it sends the request again. */
export async function startOnce<T extends { readonly id: string }>(
  client: HttpClient,
  { name, schema, before, list, nextRunLooks, ...request }: Start<T>,
  following: FollowContext,
): Promise<T> {
  const known = new Set(before.map(({ id }) => id));
  const look = async () => (await list()).find(({ id }) => !known.has(id));
  const begun = (started: T): T => {
    following.did(`started ${name} ${started.id}, which goes on in Laravel Cloud`, 'going');
    return started;
  };
  for (let attempt = 1; ; attempt++) {
    try {
      const call = { ...request, method: 'POST', what: `Starting a ${name}` } as const;
      return begun((await client.json(call, one(schema))).data.data);
    } catch (error) {
      if (!(error instanceof HttpFailure) || !error.isLost) throw error;
      following.log(
        `The answer to the ${name} request was lost (${error.reason}); looking whether it took effect`,
      );
      if (nextRunLooks)
        following.did(`whether a ${name} has started, since the answer to the request was lost`, 'unknown');
      else
        following.did(
          `sent the request for a ${name}, and its answer was lost: look in Laravel Cloud whether it runs`,
          'going',
        );
      const found = await watchFor(look, following);
      if (found !== undefined) return begun(found);
      if (attempt === maxAttempts) throw error;
      following.log(`No ${name} has started; sending the request again`);
    }
  }
}

/** The pauses before each look for the effect of a lost request, in milliseconds: twenty seconds in all. */
const lostPauses = [500, 1_000, 2_000, 4_000, 6_000, 6_500];

/** Calls `look` until it returns a value: lists lag. Undefined after all pauses, or at the deadline. */
export async function watchFor<T>(
  look: () => Promise<T | undefined>,
  { clock, cancelled, deadline }: FollowContext,
  pauses: readonly number[] = lostPauses,
): Promise<T | undefined> {
  for (const pause of pauses) {
    if (!deadline.allows(pause)) return undefined;
    await clock.sleep(pause, cancelled);
    const found = await look();
    if (found !== undefined) return found;
  }
  return undefined;
}
