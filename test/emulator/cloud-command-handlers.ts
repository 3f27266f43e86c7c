import { document, failure, notFound } from './answer.ts';
import { withEnvironment } from './cloud-lookup.ts';
import { pageOf } from './cloud-pages.ts';
import { containsFilter, originOf } from './cloud-query.ts';
import type { CloudCommand } from './cloud-records.ts';
import { commandResource } from './cloud-resources.ts';
import type { CloudState } from './cloud-state.ts';
import { TERMINAL_COMMAND } from './command-outcomes.ts';
import type { Handlers } from './contract.ts';
import { asText } from './json.ts';

export function commandHandlers(state: CloudState): Handlers {
  return {
    listCommands: (call) =>
      withEnvironment(state, call, (environment) => {
        // Not recorded: the order of commands. Assumed as for deployments: the newest first.
        const commands = state.commands
          .filter(({ environmentId }) => environmentId === environment.id)
          .reverse();
        for (const command of commands) advance(state, command);
        return pageOf(state.options, call, {
          items: commands.filter(({ command }) => containsFilter(call, 'command', command)),
          resource: (command) => commandResource(command, originOf(call)),
        });
      }),

    createCommand: (call) =>
      withEnvironment(state, call, (environment) => {
        const { status } = environment;
        if (status === 'hibernating' || status === 'stopped') {
          return failure(422, `Commands cannot be run while the environment is ${status}.`);
        }
        const command = state.addCommand(environment, { command: asText(call.body['command']) ?? '' });
        advance(state, command);
        return document(200, { data: commandResource(command, originOf(call)) });
      }),

    showCommand: (call) => {
      const id = call.params['command'] ?? '';
      const command = state.commands.find((each) => each.id === id);
      if (command === undefined) return notFound('Command', id);
      advance(state, command);
      return document(200, { data: commandResource(command, originOf(call)) });
    },
  };
}

/** Advances a command by one status, as each read does. */
function advance(state: CloudState, command: CloudCommand): void {
  const status = command.script.show();
  if (status !== 'pending' && status !== 'command.created') command.startedAt ??= state.timestamp();
  if (TERMINAL_COMMAND.has(status)) command.finishedAt ??= state.timestamp();
}
