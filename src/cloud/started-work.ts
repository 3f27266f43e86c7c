import * as v from 'valibot';
import { Failure } from '../failure.ts';
import { type HttpCall, type HttpClient, path } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import { Id, one } from '../http/json-api.ts';
import { Deadline, inSeconds, type LoggedWait, poll, timeOf } from '../time.ts';
import { CommandResource, readBothEnds } from './shapes.ts';

/** The means to follow a deployment or a command until it ends. */
export interface FollowContext extends LoggedWait {
  /** Records a fact for the report of a failing step. `going`: work that goes on without the step. */
  readonly did: (line: string, kind?: 'going') => void;
}

/** The pauses between two reads, in milliseconds: at most 30 reads a minute, and soon fewer. */
const followPauses = { first: 4_000, longest: 8_000 } as const;

/** A deployment or a command. */
interface Work {
  readonly id: string;
  /** A word of the API: `pending`, `build.running`, `command.running`, … */
  readonly status: string;
  /** In milliseconds since 1970. */
  readonly finishedAt: number | undefined;
}

/** The statuses of an ended deployment or command. Recorded for deployments: only these, not `build.succeeded`. */
const finalWords =
  /^(deployment\.(succeeded|failed)|build\.failed|failed|cancelled|command\.(success|failure))$/;
const openWords = /^(pending|build\.succeeded|\w+\.(pending|created|queued|running))$/;

/** True for an ended deployment or command. With an unknown status, the date of the end decides. */
export function hasEnded({ status, finishedAt }: Work): boolean {
  return finalWords.test(status) || (finishedAt !== undefined && !openWords.test(status));
}

/** The deployments or the commands of environments. */
export interface WorkKind<T extends Work> {
  readonly name: 'deployment' | 'command';
  readonly schema: v.GenericSchema<unknown, T>;
  /** The input that limits the wait for the end. */
  readonly timeout: 'wait-timeout' | 'verify-timeout';
  /** Returns the input that sets a field of the request, for messages. */
  readonly fieldName?: (field: string) => string;
}

/** Returns the request for the list of an environment's deployments or commands. */
export function listCall({ name }: WorkKind<Work>, environmentId: string) {
  const at = path`/environments/${environmentId}/${name}s`;
  return { method: 'GET', path: at, what: `Listing the ${name}s of ${environmentId}` } as const;
}

/** Follows a deployment or a command to its end, successful or not. Throws a `StillGoing` at the deadline. */
export async function follow<T extends Work>(
  client: HttpClient,
  { name, schema, timeout }: WorkKind<T>,
  first: T,
  following: FollowContext,
): Promise<T> {
  const { id } = first;
  const call: HttpCall = { method: 'GET', path: path`/${name}s/${id}`, what: `Reading ${name} ${id}` };
  const read = async () => (await client.json(call, one(schema, id))).data.data;
  const what = `${name === 'command' ? 'Command' : 'Deployment'} ${id}`;
  const fix = `It continues in Laravel Cloud. Look there how it ends, or raise ${timeout}`;
  return await followToEnd<T>({ what, first, read, hasEnded, fix }, following);
}

/** Work to follow. */
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
export class StillGoing extends Failure {}

/** Reads until the work has ended. Throws a `StillGoing` at the deadline. */
export async function followToEnd<T extends { readonly status: string }>(
  { what, first, read, hasEnded, fix }: FollowedWork<T>,
  following: FollowContext,
): Promise<T> {
  if (first !== undefined && hasEnded(first)) return first;
  let status = first?.status;
  const look = async (): Promise<T> => {
    const seen = await read();
    if (seen.status !== status) following.log(`${what}: ${seen.status}`);
    status = seen.status;
    return seen;
  };
  const last = await poll(look, hasEnded, {
    ...following,
    ...followPauses,
    onProgress: (seconds) => following.log(`${what}: still ${status} after ${seconds} s`),
  });
  if (hasEnded(last)) return last;
  const why = `it is still ${status} after ${inSeconds(following.deadline.span)}`;
  throw new StillGoing({ what, why, fix });
}

/** The most sends of the request while its responses are lost, and the list shows no effect. */
const maxAttempts = 3;

interface Start<T> {
  readonly body?: unknown;
  /** The deployments or commands of the list before the request. */
  readonly before: readonly T[];
  /** Reads the list again. */
  list(): Promise<readonly T[]>;
}

/** Starts a deployment or a command. If the response is lost, watches the list before it sends the request again. */
export async function startOnce<T extends Work>(
  client: HttpClient,
  kind: WorkKind<T>,
  environmentId: string,
  { body, before, list }: Start<T>,
  following: FollowContext,
): Promise<T> {
  const { name, fieldName } = kind;
  const known = new Set(before.map(({ id }) => id));
  const look = async () => (await list()).find(({ id }) => !known.has(id));
  const begun = (started: T): T => {
    following.did(`started ${name} ${started.id}, which goes on in Laravel Cloud`, 'going');
    return started;
  };
  for (let attempt = 1; ; attempt++) {
    try {
      const post = { method: 'POST', body, what: `Starting a ${name}`, fieldName } as const;
      const call = { ...listCall(kind, environmentId), ...post };
      return begun((await client.json(call, one(startedForm(kind)))).data.data);
    } catch (error) {
      if (!(error instanceof HttpFailure) || !error.isLost) throw error;
      following.log(
        `The response to the ${name} request was lost (${error.reason}); looking whether it took effect`,
      );
      following.did(
        `sent the request for a ${name}, and its response was lost: look in Laravel Cloud whether it runs`,
        'going',
      );
      const found = await watchFor(look, following);
      if (found !== undefined) return begun(found);
      if (attempt === maxAttempts || following.deadline.remaining() === 0) throw error;
      following.log(`No ${name} has started; sending the request again`);
    }
  }
}

const OnlyId = v.object({ id: Id });

/** The schema of the response to a start. Only the id is required: without a status, the work is pending. */
function startedForm<T extends Work>({ schema }: WorkKind<T>) {
  const completed = (data: unknown): unknown =>
    v.safeParse(schema, data).success || !v.is(OnlyId, data)
      ? data
      : { id: data.id, attributes: { status: 'pending' } };
  return v.pipe(v.unknown(), v.transform(completed), schema);
}

/** Milliseconds until the effect of a lost request shows. */
const lostShows = 20_000;

/** Calls `look` until it returns a value: lists lag. Undefined after `span` milliseconds, or at the deadline. */
export async function watchFor<T>(
  look: () => Promise<T | undefined>,
  { deadline, ...following }: FollowContext,
  span = lostShows,
): Promise<T | undefined> {
  return await poll(look, (found) => found !== undefined, {
    ...following,
    deadline: new Deadline(following.clock, Math.min(span, deadline.remaining())),
    ...{ first: 2_000, longest: 8_000, onProgress: () => undefined },
  });
}

const ReadCommand = v.pipe(
  CommandResource,
  v.transform(({ id, attributes }) => ({
    id,
    status: attributes.status,
    command: attributes.command,
    /** The printed text; undefined while there is none. */
    output: attributes.output,
    exitCode: attributes.exit_code,
    failureReason: attributes.failure_reason,
    finishedAt: timeOf(attributes.finished_at),
  })),
);
export type Command = Readonly<v.InferOutput<typeof ReadCommand>>;

const commands: WorkKind<Command> = {
  name: 'command',
  schema: ReadCommand,
  timeout: 'verify-timeout',
  fieldName: (field) => (field === 'command' ? 'verify-command' : field),
};

/** The most characters of a command in a query, whose length servers limit. A longer command is not in the query. */
const longestFilter = 500;

export function commandSucceeded({ status, exitCode }: Command): boolean {
  return status === 'command.success' && (exitCode ?? 0) === 0;
}

/**
 * Runs a command in an environment, and follows it to its end. If the response is lost, looks for the command in the
 * list before it sends the request again. Throws a `StillGoing` if the command has not ended in the time of the
 * deadline, counted from its start: the request may have waited for the rate limit.
 */
export async function runCommand(
  client: HttpClient,
  environmentId: string,
  command: string,
  following: FollowContext,
): Promise<Command> {
  const list = async () => await listAlike(client, environmentId, command);
  const start = { body: { command }, before: await list(), list };
  const first = await startOnce(client, commands, environmentId, start, following);
  const { clock, deadline } = following;
  return await follow(client, commands, first, {
    ...following,
    deadline: new Deadline(clock, deadline.span),
  });
}

/** Lists the commands of an environment with exactly this text. The filter of the API may match others. */
async function listAlike(
  client: HttpClient,
  environmentId: string,
  command: string,
): Promise<readonly Command[]> {
  const query = command.length <= longestFilter ? { 'filter[command]': command } : {};
  const call = { ...listCall(commands, environmentId), query };
  return (await readBothEnds(client, call, ReadCommand)).filter((listed) => listed.command === command);
}
