import { document, failure, notFound } from './answer.ts';
import { withEnvironment } from './cloud-lookup.ts';
import { pageOf } from './cloud-pages.ts';
import { containsFilter, includedWith, includesOf, originOf, withIncluded } from './cloud-query.ts';
import type { CloudCommand } from './cloud-records.ts';
import { commandResource, deploymentResource, environmentResource } from './cloud-resources.ts';
import type { CloudState } from './cloud-state.ts';
import { TERMINAL_COMMAND } from './command-outcomes.ts';
import type { Call, Handlers } from './contract.ts';
import { asText, type JsonObject } from './json.ts';
import { type Includes, NOTHING } from './relationships.ts';

export function commandHandlers(state: CloudState): Handlers {
  return {
    listCommands: (call) =>
      withEnvironment(state, call, (environment) => {
        const includes = includesOf(state, call);
        // Not told which end of the list is the newer; the deployments' order is taken.
        const commands = state.commands
          .filter(({ environmentId }) => environmentId === environment.id)
          .reverse();
        for (const command of commands) advance(state, command);
        return pageOf(state.options, call, {
          items: commands.filter(({ command }) => containsFilter(call, 'command', command)),
          resource: (command) => told(state, command, includes, call),
          ...withIncluded(state, includes, (command: CloudCommand) => around(state, command, includes, call)),
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
        return document(200, { data: told(state, command, NOTHING, call) });
      }),

    showCommand: (call) => {
      const id = call.params['command'] ?? '';
      const command = state.commands.find((each) => each.id === id);
      if (command === undefined) return notFound('Command', id);
      advance(state, command);
      const includes = includesOf(state, call);
      return document(200, {
        data: told(state, command, includes, call),
        ...includedWith(state, includes, around(state, command, includes, call)),
      });
    },
  };
}

/** One look: the command is a status further. */
function advance(state: CloudState, command: CloudCommand): void {
  const status = command.script.show();
  if (status !== 'pending' && status !== 'command.created') command.startedAt ??= state.timestamp();
  if (TERMINAL_COMMAND.has(status)) command.finishedAt ??= state.timestamp();
}

function told(state: CloudState, command: CloudCommand, includes: Includes, call: Call): JsonObject {
  return commandResource(command, includes, originOf(call), deploymentOf(state, command)?.id);
}

function around(state: CloudState, command: CloudCommand, includes: Includes, call: Call): JsonObject[] {
  const environment = state.environments.find(({ id }) => id === command.environmentId);
  const deployment = deploymentOf(state, command);
  return [
    ...(includes.has('environment') && environment !== undefined
      ? [environmentResource(state, environment, NOTHING, originOf(call))]
      : []),
    ...(includes.has('deployment') && deployment !== undefined
      ? [deploymentResource(state, deployment, NOTHING, originOf(call))]
      : []),
  ];
}

/** The one whose code it runs in. */
function deploymentOf(state: CloudState, { environmentId }: CloudCommand) {
  return state.deploymentsOf(environmentId).find(({ script }) => script.current === 'deployment.succeeded');
}
