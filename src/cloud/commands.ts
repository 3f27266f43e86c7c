import * as v from 'valibot';
import type { HttpClient } from '../http/client.ts';
import { timeOf } from '../time.ts';
import { readBothEnds } from './lists.ts';
import { CommandResource } from './shapes.ts';
import { type FollowContext, follow, listCall, startOnce, type WorkKind } from './started-work.ts';

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
  // The next run starts the command again.
  nextRunLooks: false,
};

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
  const start = { body: { command }, before: await list(), list };
  const first = await startOnce(client, commands, environmentId, start, following);
  return await follow(client, commands, first, following);
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
