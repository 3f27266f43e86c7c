import type * as v from 'valibot';
import type { HttpClient } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import { one } from '../http/json-api.ts';
import type { FollowContext } from './following.ts';

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
