import * as v from 'valibot';
import type { HttpCall, HttpClient } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import { Id, MaybeCount, one } from '../http/json-api.ts';
import { path } from '../http/path.ts';
import { type FollowContext, followToEnd, lookAfterLoss } from './following.ts';
import { readBothEnds } from './recent.ts';

export interface Command {
  readonly id: string;
  /** A word of the API: `pending`, `command.running`, … */
  readonly status: string;
  /** What it printed; undefined as long as there is nothing. */
  readonly output: string | undefined;
  readonly exitCode: number | undefined;
  readonly failureReason: string | undefined;
}

const MaybeText = v.fallback(v.optional(v.string()), undefined);

/** Source: the commands of Laravel Cloud's OpenAPI description. `output` and `exit_code` are null until it has ended. */
const CommandResource = v.object({
  id: Id,
  attributes: v.object({
    status: v.string(),
    command: MaybeText,
    output: MaybeText,
    exit_code: MaybeCount,
    failure_reason: MaybeText,
  }),
});
type CommandResource = v.InferOutput<typeof CommandResource>;

const finalWords = ['command.success', 'command.failure'];

/** Longer ones are left out of a query, whose length servers limit. */
const longestFilter = 500;

/** How often a command is asked for when answers are lost and nothing shows that it has started. */
const maxStarts = 3;

export function commandSucceeded({ status, exitCode }: Command): boolean {
  return status === 'command.success' && (exitCode ?? 0) === 0;
}

/**
 * Runs a command in an environment and follows it to its end. A lost answer is looked for among the environment's
 * commands before anything is sent again. Throws a `Failure` when it has not ended by the deadline.
 */
export async function runCommand(
  client: HttpClient,
  environmentId: string,
  command: string,
  following: FollowContext,
): Promise<Command> {
  const before = new Set((await listAlike(client, environmentId, command)).map(({ id }) => id));
  const started = await startCommand(client, environmentId, command, before, following);
  following.did(`started command ${started.id}, which goes on in Laravel Cloud`, 'going');
  return await followCommand(client, started, following);
}

async function startCommand(
  client: HttpClient,
  environmentId: string,
  command: string,
  before: ReadonlySet<string>,
  following: FollowContext,
): Promise<Command> {
  const isNew = ({ id }: Command): boolean => !before.has(id);
  for (let attempt = 1; ; attempt++) {
    try {
      const call = { method: 'POST', body: { command }, what: 'Starting the command' } as const;
      const { data } = await client.json({ ...call, path: commandsOf(environmentId) }, one(CommandResource));
      return commandFrom(data.data);
    } catch (error) {
      if (!(error instanceof HttpFailure) || !error.isLost) throw error;
      following.log(`The answer to the command was lost (${error.reason}); looking whether it has started`);
      following.did('whether the command has run, since the answer to it was lost', 'unknown');
      const look = async () => (await listAlike(client, environmentId, command)).find(isNew);
      const found = await lookAfterLoss(look, following);
      if (found !== undefined) return found;
      if (attempt === maxStarts) throw error;
      following.log('It has not started; sending it again');
    }
  }
}

async function followCommand(client: HttpClient, first: Command, following: FollowContext): Promise<Command> {
  const read = async () => {
    const call: HttpCall = {
      method: 'GET',
      path: path`/commands/${first.id}`,
      what: `Reading command ${first.id}`,
    };
    return commandFrom((await client.json(call, one(CommandResource, first.id))).data.data);
  };
  return await followToEnd(
    first,
    { what: `Command ${first.id}`, read, hasEnded: commandEnded, limit: 'verify-timeout' },
    following,
  );
}

function commandEnded({ status }: Command): boolean {
  return finalWords.includes(status);
}

/** The environment's commands of this very text; the API's filter may match more. */
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
  const listed = await readBothEnds(client, call, CommandResource);
  return listed.filter(({ attributes }) => attributes.command === command).map(commandFrom);
}

function commandsOf(environmentId: string): string {
  return path`/environments/${environmentId}/commands`;
}

function commandFrom({ id, attributes }: CommandResource): Command {
  return {
    id,
    status: attributes.status,
    output: attributes.output,
    exitCode: attributes.exit_code,
    failureReason: attributes.failure_reason,
  };
}
