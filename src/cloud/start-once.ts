import type * as v from 'valibot';
import type { HttpClient } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import { one } from '../http/json-api.ts';
import type { FollowContext } from './following.ts';

/** Something that Laravel Cloud starts when it is asked to: a deployment, a command. */
export interface Start<T> {
  /** `deployment`, for messages. */
  readonly name: string;
  readonly path: string;
  readonly body?: unknown;
  readonly schema: v.GenericSchema<unknown, T>;
  /** Those that were there before, and those that are there now. */
  readonly before: readonly T[];
  list(): Promise<readonly T[]>;
}

/** How often the request is sent while its answers are lost and nothing shows that it took effect. */
const maxAttempts = 3;

/** Starts it. When the answer is lost, looks for what has started before the request is sent again. */
export async function startOnce<T extends { readonly id: string }>(
  client: HttpClient,
  { name, schema, before, list, ...request }: Start<T>,
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
      following.did(`whether a ${name} has started, since the answer to the request was lost`, 'unknown');
      const found = await watchFor(look, following);
      if (found !== undefined) return begun(found);
      if (attempt === maxAttempts) throw error;
      following.log(`No ${name} has started; sending the request again`);
    }
  }
}

/** Pauses between two looks, in milliseconds: about twenty seconds in all. */
const pauses = [500, 1_000, 2_000, 4_000, 6_000, 6_500];

/** Looks until something shows that a list may show late. Undefined when nothing has shown in time. */
export async function watchFor<T>(
  look: () => Promise<T | undefined>,
  { clock, cancelled, deadline }: FollowContext,
): Promise<T | undefined> {
  for (const pause of pauses) {
    if (!deadline.allows(pause)) return undefined;
    await clock.sleep(pause, cancelled);
    const found = await look();
    if (found !== undefined) return found;
  }
  return undefined;
}
