import {
  type Answer,
  asNumber,
  asObject,
  asText,
  document,
  failure,
  invalid,
  type JsonObject,
  withOne,
} from './answer.ts';
import { deploymentLogs, environmentLog } from './cloud-logs.ts';
import { included, includesOf, pageOf } from './cloud-pages.ts';
import type {
  CloudCommand,
  CloudDeployment,
  CloudEnvironment,
  CloudInstance,
  ExistingProcess,
  GivenProcess,
} from './cloud-records.ts';
import {
  applicationResource,
  branchResource,
  commandResource,
  deploymentResource,
  environmentResource,
  instanceResource,
  NOTHING,
  processResource,
} from './cloud-resources.ts';
import type { CloudState } from './cloud-state.ts';
import type { Call, Handlers } from './contract.ts';
import { TERMINAL_COMMAND } from './progress.ts';

export function cloudHandlers(state: CloudState): Handlers {
  const handlers: Handlers = {
    ...targetHandlers(state),
    ...processHandlers(state),
    ...deploymentHandlers(state),
    ...commandHandlers(state),
  };
  const upToDate = Object.entries(handlers).map(([operation, handler]): [string, Handlers[string]] => [
    operation,
    (call) => {
      state.catchUp();
      return handler(call);
    },
  ]);
  return Object.fromEntries(upToDate);
}

/** Returns the handlers for the places of processes: the organization, applications, environments and instances. */
function targetHandlers(state: CloudState): Handlers {
  return {
    listApplications: (call) =>
      pageOf(call, state.options, { items: state.applications, resource: applicationResource }),

    listEnvironments: (call) =>
      withOne('Application', state.applications, call.params['application'], ({ id }) => {
        const items = state.environments.filter(({ applicationId }) => applicationId === id);
        return pageOf(call, state.options, {
          items,
          resource: (environment) =>
            environmentResource(state, environment, includesOf(call), originOf(call)),
          around: (environment) => [branchResource(environment)],
        });
      }),

    showEnvironment: (call) =>
      withEnvironment(state, call, (environment) =>
        document(200, { data: environmentResource(state, environment, NOTHING, originOf(call)) }),
      ),

    showEnvironmentLogs: (call) =>
      withEnvironment(state, call, (environment) => environmentLog(state, environment, call.query)),

    listInstances: (call) =>
      withEnvironment(state, call, (environment) => {
        const processesOf = processesByInstance(state);
        const all = state.instancesOf(environment);
        const items = all.filter(({ hiddenFor }) => hiddenFor === 0);
        for (const each of all) each.hiddenFor = Math.max(0, each.hiddenFor - 1);
        return pageOf(call, state.options, {
          items,
          resource: (instance) => instanceResource(instance, includesOf(call), processesOf(instance)),
          around: (instance) => aroundInstance(state, instance, call, processesOf(instance)),
        });
      }),

    showInstance: (call) =>
      withInstance(state, call, (instance) => {
        const processes = processesByInstance(state)(instance);
        return document(200, {
          data: instanceResource(instance, includesOf(call), processes),
          ...included(call, aroundInstance(state, instance, call, processes)),
        });
      }),
  };
}

/**
 * Returns a function that lists the processes of an instance. All calls share one view, so that the included processes
 * are those that the relationships name.
 */
function processesByInstance(state: CloudState): (instance: CloudInstance) => readonly ExistingProcess[] {
  const seen = Map.groupBy(state.listed(), ({ instanceId }) => instanceId);
  return ({ id }) => seen.get(id) ?? [];
}

function aroundInstance(
  state: CloudState,
  instance: CloudInstance,
  call: Call,
  processes: readonly ExistingProcess[],
): JsonObject[] {
  const includes = includesOf(call);
  const environments = state.environments.filter(({ id }) => id === instance.environmentId);
  // Recorded: included resources are mixed: the environment comes after the processes of the first instance.
  return [
    ...(includes.has('backgroundProcesses') ? processes : []).map((each) => processResource(each, NOTHING)),
    ...(includes.has('environment') ? environments : []).map((each) =>
      environmentResource(state, each, NOTHING, originOf(call)),
    ),
  ];
}

function processHandlers(state: CloudState): Handlers {
  const withProcess = (call: Call, answer: (process: ExistingProcess) => Answer) =>
    withOne('BackgroundProcess', state.processes, call.params['backgroundProcess'], answer);
  const aroundProcess = ({ instanceId }: ExistingProcess) =>
    state.instances.filter(({ id }) => id === instanceId).map((each) => instanceResource(each, NOTHING));
  return {
    listBackgroundProcesses: (call) =>
      withInstance(state, call, (instance) =>
        pageOf(call, state.options, {
          items: state.listed().filter(({ instanceId }) => instanceId === instance.id),
          resource: (process) => processResource(process, includesOf(call)),
          around: aroundProcess,
        }),
      ),

    createBackgroundProcess: (call) =>
      withInstance(state, call, (instance) => {
        const process = createProcess(state, instance, call.body);
        state.processWrites.made(process, state.now());
        // Recorded: the strategy is null only in this response.
        return document(201, { data: processResource({ ...process, strategyType: null }, NOTHING) });
      }),

    showBackgroundProcess: (call) =>
      withProcess(call, (process) =>
        document(200, {
          data: processResource(process, includesOf(call)),
          ...included(call, aroundProcess(process)),
        }),
      ),

    updateBackgroundProcess: (call) =>
      withProcess(call, (process) => {
        state.processWrites.changing(state.processes, process, state.now());
        updateProcess(state, process, call.body);
        return document(200, { data: processResource(process, NOTHING) });
      }),

    deleteBackgroundProcess: (call) =>
      withProcess(call, (process) => {
        state.processWrites.changing(state.processes, process, state.now());
        state.removeProcess(process);
        return { status: 204 };
      }),
  };
}

function createProcess(state: CloudState, instance: CloudInstance, body: JsonObject): ExistingProcess {
  const processes = asNumber(body['processes']) ?? 1;
  const given: GivenProcess =
    body['type'] === 'custom'
      ? { type: 'custom', processes, command: asText(body['command']) ?? '' }
      : { type: 'worker', processes, config: asObject(body['config']) };
  return state.addProcess(instance, state.options.storedForm(given));
}

/** Updates a process. Silently ignores the type, and the fields that do not apply to the type. */
function updateProcess(state: CloudState, process: ExistingProcess, body: JsonObject): void {
  const isWorker = process.type === 'worker';
  const { processes, command, config } = state.options.storedForm({
    type: process.type,
    processes: asNumber(body['processes']) ?? process.processes,
    command: (isWorker ? undefined : asText(body['command'])) ?? process.command,
    config: { ...process.config, ...(isWorker ? asObject(body['config']) : {}) },
  });
  Object.assign(process, { processes, command, config });
  process.strategyType ??= 'none';
}

function deploymentHandlers(state: CloudState): Handlers {
  const withDeployment = (call: Call, answer: (deployment: CloudDeployment) => Answer) =>
    withOne('Deployment', state.deployments, call.params['deployment'], answer);
  /** Shows a deployment, and advances it as one read does. */
  const shown = (call: Call, deployment: CloudDeployment) => {
    state.showDeployment(deployment);
    return deploymentResource(deployment, originOf(call));
  };
  return {
    listDeployments: (call) =>
      withEnvironment(state, call, (environment) => {
        const items = state.deploymentsOf(environment);
        for (const deployment of items) state.showDeployment(deployment);
        return pageOf(call, state.options, {
          items,
          resource: (deployment) => deploymentResource(deployment, originOf(call)),
        });
      }),

    createDeployment: (call) =>
      withEnvironment(state, call, (environment) => {
        const running = state.runningDeployment(environment);
        if (running === undefined)
          return document(201, { data: shown(call, state.addDeployment(environment)) });
        // The running deployment advances here, too: it must end for a caller that only repeats the POST.
        state.showDeployment(running);
        return invalid('environment', 'A deployment is already in progress for this environment.');
      }),

    showDeployment: (call) =>
      withDeployment(call, (deployment) => document(200, { data: shown(call, deployment) })),

    showDeploymentLogs: (call) => withDeployment(call, deploymentLogs),
  };
}

function commandHandlers(state: CloudState): Handlers {
  /** Shows a command, and advances it by one status, as each read does. */
  const shown = (call: Call, command: CloudCommand) => {
    const status = command.script.show();
    if (status !== 'pending' && status !== 'command.created') command.startedAt ??= state.timestamp();
    if (TERMINAL_COMMAND.has(status)) command.finishedAt ??= state.timestamp();
    return commandResource(command, originOf(call));
  };
  return {
    listCommands: (call) =>
      withEnvironment(state, call, (environment) => {
        const wanted = call.query['filter[command]']?.toLowerCase() ?? '';
        // Not recorded: the order of commands. Assumed as for deployments: the newest first.
        const items = state.commands
          .filter(({ environmentId }) => environmentId === environment.id)
          .filter(({ command }) => command.toLowerCase().includes(wanted))
          .reverse();
        return pageOf(call, state.options, { items, resource: (command) => shown(call, command) });
      }),

    createCommand: (call) =>
      withEnvironment(state, call, (environment) => {
        const { status } = environment;
        if (status === 'hibernating' || status === 'stopped') {
          return failure(422, `Commands cannot be run while the environment is ${status}.`);
        }
        const command = state.addCommand(environment, asText(call.body['command']) ?? '');
        return document(200, { data: shown(call, command) });
      }),

    showCommand: (call) =>
      withOne('Command', state.commands, call.params['command'], (command) =>
        document(200, { data: shown(call, command) }),
      ),
  };
}

function withEnvironment(state: CloudState, call: Call, answer: (environment: CloudEnvironment) => Answer) {
  return withOne('Environment', state.environments, call.params['environment'], answer);
}

function withInstance(state: CloudState, call: Call, answer: (instance: CloudInstance) => Answer) {
  return withOne('Instance', state.instances, call.params['instance'], answer);
}

function originOf(call: Call): string {
  return new URL(call.url).origin;
}
