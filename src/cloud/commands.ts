import * as v from 'valibot';
import { type HttpCall, type HttpClient, path } from '../http/client.ts';
import { Id, MaybeCount, one } from '../http/json-api.ts';
import { timeOf } from '../time.ts';
import { readBothEnds } from './lists.ts';
import { type FollowContext, followToEnd, startOnce } from './started-work.ts';

export interface Command {
  readonly id: string;
  /** A word of the API: `pending`, `command.running`, … */
  readonly status: string;
  readonly command: string | undefined;
  /** The printed text; undefined while there is none. */
  readonly output: string | undefined;
  readonly exitCode: number | undefined;
  readonly failureReason: string | undefined;
  /** In milliseconds since 1970. */
  readonly finishedAt: number | undefined;
}

const MaybeText = v.fallback(v.optional(v.string()), undefined);

/**
 * A command in a response. Source: Laravel Cloud's OpenAPI description. `output` and `exit_code` are null until the
 * command has ended.
 */
const CommandResource = v.object({
  id: Id,
  attributes: v.object({
    status: v.string(),
    command: MaybeText,
    output: MaybeText,
    exit_code: MaybeCount,
    failure_reason: MaybeText,
    finished_at: MaybeText,
  }),
});

const ReadCommand = v.pipe(CommandResource, v.transform(commandFrom));

const { attributes } = CommandResource.entries;

/** A command in the response that started it. Only its id is required: without a status it is pending. */
const StartedCommand = v.pipe(
  v.object({ ...CommandResource.entries, attributes: v.fallback(attributes, { status: 'pending' }) }),
  v.transform(commandFrom),
);

function commandFrom({ id, attributes }: v.InferOutput<typeof CommandResource>): Command {
  return {
    id,
    status: attributes.status,
    command: attributes.command,
    output: attributes.output,
    exitCode: attributes.exit_code,
    failureReason: attributes.failure_reason,
    finishedAt: timeOf(attributes.finished_at),
  };
}

const finalWords = ['command.success', 'command.failure'];
const openWords = /^(pending|command\.(pending|created|queued|running))$/;

/** True for an ended command. With an unknown status, the date of the end decides. */
function isOver({ status, finishedAt }: Command): boolean {
  return finalWords.includes(status) || (finishedAt !== undefined && !openWords.test(status));
}

/** The most characters of a command in a query, whose length servers limit. A longer command is not in the query. */
const longestFilter = 500;

export function commandSucceeded({ status, exitCode }: Command): boolean {
  return status === 'command.success' && (exitCode ?? 0) === 0;
}

/**
 * Runs a command in an environment, and follows it to its end. If the response is lost, looks for the command in the
 * list before it sends the request again. Throws a `StillGoing` if the command has not ended by the deadline.
 */
export async function runCommand(
  client: HttpClient,
  environmentId: string,
  command: string,
  following: FollowContext,
): Promise<Command> {
  const list = async () => await listAlike(client, environmentId, command);
  const start = {
    name: 'command',
    path: commandsOf(environmentId),
    body: { command },
    schema: StartedCommand,
    // The next run starts the command again.
    nextRunLooks: false,
  };
  const first = await startOnce(client, { ...start, before: await list(), list }, following);
  const { id } = first;
  const call: HttpCall = { method: 'GET', path: path`/commands/${id}`, what: `Reading command ${id}` };
  const read = async () => (await client.json(call, one(ReadCommand, id))).data.data;
  const fix = 'It continues in Laravel Cloud. Look there how it ends, or raise verify-timeout';
  return await followToEnd({ what: `Command ${id}`, first, read, hasEnded: isOver, fix }, following);
}

/** Lists the commands of an environment with exactly this text. The filter of the API may match others. */
async function listAlike(
  client: HttpClient,
  environmentId: string,
  command: string,
): Promise<readonly Command[]> {
  const call: HttpCall = {
    method: 'GET',
    path: commandsOf(environmentId),
    ...(command.length <= longestFilter ? { query: { 'filter[command]': command } } : {}),
    what: `Listing the commands of ${environmentId}`,
  };
  return (await readBothEnds(client, call, ReadCommand)).filter((listed) => listed.command === command);
}

function commandsOf(environmentId: string): string {
  return path`/environments/${environmentId}/commands`;
}
