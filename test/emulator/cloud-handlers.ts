import { type Answer, document, failure, invalid, noContent, notFound } from './answer.ts';
import { pageOf } from './cloud-pages.ts';
import {
  applicationResource,
  branchResource,
  deploymentResource,
  distinct,
  environmentResource,
  type Includes,
  instanceResource,
  organizationResource,
  processResource,
  visibleEnvironments,
  visibleInstances,
} from './cloud-resources.ts';
import {
  type CloudApplication,
  type CloudDeployment,
  type CloudEnvironment,
  type CloudInstance,
  type CloudState,
  type ExistingProcess,
  TERMINAL_DEPLOYMENT,
} from './cloud-state.ts';
import type { Call, Handlers } from './contract.ts';
import { asNumber, asObject, asText, type JsonObject } from './json.ts';
import { SERVER_DEFAULTS } from './worker-command.ts';

const NOTHING: Includes = new Set();

export function cloudHandlers(state: CloudState): Handlers {
  return {
    showOrganization: () => document(200, { data: organizationResource(state) }),

    listApplications: (call) => {
      const includes = includesOf(call);
      return pageOf(call, {
        items: state.applications.filter(
          ({ name, slug, region }) =>
            containsFilter(call, 'name', name) &&
            equalsFilter(call, 'slug', slug) &&
            equalsFilter(call, 'region', region),
        ),
        perPage: state.options.perPage,
        resource: (application) => applicationResource(state, application, includes),
        ...withIncluded(includes, (application: CloudApplication) =>
          aroundApplication(state, application, call),
        ),
      });
    },

    showApplication: (call) => {
      const id = call.params['application'] ?? '';
      const application = state.applications.find((each) => each.id === id);
      if (application === undefined) return notFound('Application', id);
      const includes = includesOf(call);
      return document(200, {
        data: applicationResource(state, application, includes),
        ...includedWith(includes, aroundApplication(state, application, call)),
      });
    },

    listEnvironments: (call) => {
      const id = call.params['application'] ?? '';
      const application = state.applications.find((each) => each.id === id);
      if (application === undefined) return notFound('Application', id);
      const includes = includesOf(call);
      // What stays hidden in this listing has been looked for once more.
      const items = visibleEnvironments(state, application).filter(
        ({ name, slug, status }) =>
          containsFilter(call, 'name', name) &&
          equalsFilter(call, 'slug', slug) &&
          equalsFilter(call, 'status', status),
      );
      if (firstPage(call)) looked(state.environments.filter((each) => each.applicationId === id));
      return pageOf(call, {
        items,
        perPage: state.options.perPage,
        resource: (environment) => environmentResource(state, environment, includes, originOf(call)),
        ...withIncluded(includes, (environment: CloudEnvironment) =>
          aroundEnvironment(state, environment, call),
        ),
      });
    },

    showEnvironment: (call) =>
      withEnvironment(state, call, (environment) => {
        const includes = includesOf(call);
        return document(200, {
          data: environmentResource(state, environment, includes, originOf(call)),
          ...includedWith(includes, aroundEnvironment(state, environment, call)),
        });
      }),

    listInstances: (call) =>
      withEnvironment(state, call, (environment) => {
        const includes = includesOf(call);
        const items = visibleInstances(state, environment).filter(
          ({ name, type, size, scalingType }) =>
            containsFilter(call, 'name', name) &&
            equalsFilter(call, 'type', type) &&
            equalsFilter(call, 'size', size) &&
            equalsFilter(call, 'scaling_type', scalingType),
        );
        if (firstPage(call)) looked(state.instancesOf(environment));
        return pageOf(call, {
          items,
          perPage: state.options.perPage,
          resource: (instance) => instanceResource(state, instance, includes),
          ...withIncluded(includes, (instance: CloudInstance) => aroundInstance(state, instance, call)),
        });
      }),

    showInstance: (call) =>
      withInstance(state, call, (instance) => {
        const includes = includesOf(call);
        return document(200, {
          data: instanceResource(state, instance, includes),
          ...includedWith(includes, aroundInstance(state, instance, call)),
        });
      }),

    listBackgroundProcesses: (call) =>
      withInstance(state, call, (instance) => {
        const includes = includesOf(call);
        return pageOf(call, {
          items: state.listProcesses(instance),
          perPage: state.options.perPage,
          resource: (process) => processResource(state, process, includes),
          ...withIncluded(includes, () => [instanceResource(state, instance, NOTHING)]),
        });
      }),

    createBackgroundProcess: (call) =>
      withInstance(state, call, (instance) => {
        const process = createProcess(state, instance, call.body);
        return document(201, {
          // Recorded: the strategy is null in this answer only.
          data: processResource(state, { ...process, strategyType: null }, NOTHING),
        });
      }),

    showBackgroundProcess: (call) =>
      withProcess(state, call, (process) => {
        const includes = includesOf(call);
        const instance = state.instances.find(({ id }) => id === process.instanceId);
        const around = instance === undefined ? [] : [instanceResource(state, instance, NOTHING)];
        return document(200, {
          data: processResource(state, process, includes),
          ...includedWith(includes, around),
        });
      }),

    updateBackgroundProcess: (call) =>
      withProcess(state, call, (process) => {
        updateProcess(state, process, call.body);
        return document(200, { data: processResource(state, process, NOTHING) });
      }),

    deleteBackgroundProcess: (call) =>
      withProcess(state, call, (process) => {
        state.removeProcess(process);
        return noContent();
      }),

    listDeployments: (call) =>
      withEnvironment(state, call, (environment) => {
        const includes = includesOf(call);
        const deployments = state.deploymentsOf(environment);
        for (const deployment of deployments) advance(state, deployment);
        return pageOf(call, {
          items: deployments.filter(
            ({ script }) =>
              equalsFilter(call, 'status', script.current) &&
              equalsFilter(call, 'branch_name', environment.branch),
          ),
          perPage: state.options.perPage,
          resource: (deployment) => deploymentResource(state, deployment, includes, originOf(call)),
          ...withIncluded(includes, () =>
            includes.has('environment')
              ? [environmentResource(state, environment, NOTHING, originOf(call))]
              : [],
          ),
        });
      }),

    createDeployment: (call) =>
      withEnvironment(state, call, (environment) => {
        const running = state.runningDeployment(environment);
        if (running !== undefined) {
          // Whoever only tries again must see it end as well.
          advance(state, running);
          const message = 'A deployment is already in progress for this environment.';
          return state.options.deploymentConflict === 409
            ? failure(409, message)
            : invalid({ environment: [message] });
        }
        const deployment = state.addDeployment(environment);
        advance(state, deployment);
        return document(state.options.deploymentStatus, {
          data: deploymentResource(state, deployment, NOTHING, originOf(call)),
        });
      }),

    showDeployment: (call) => {
      const id = call.params['deployment'] ?? '';
      const deployment = state.deployments.find((each) => each.id === id);
      if (deployment === undefined) return notFound('Deployment', id);
      advance(state, deployment);
      const includes = includesOf(call);
      const environment = state.environments.find((each) => each.id === deployment.environmentId);
      const around =
        environment === undefined || !includes.has('environment')
          ? []
          : [environmentResource(state, environment, NOTHING, originOf(call))];
      return document(200, {
        data: deploymentResource(state, deployment, includes, originOf(call)),
        ...includedWith(includes, around),
      });
    },
  };
}

function withEnvironment(
  state: CloudState,
  call: Call,
  answer: (environment: CloudEnvironment) => Answer,
): Answer {
  const id = call.params['environment'] ?? '';
  const environment = state.environments.find((each) => each.id === id);
  if (environment !== undefined && environment.hiddenFor === 0) return answer(environment);
  if (environment !== undefined) looked([environment]);
  return notFound('Environment', id);
}

function withInstance(state: CloudState, call: Call, answer: (instance: CloudInstance) => Answer): Answer {
  const id = call.params['instance'] ?? '';
  const instance = state.instances.find((each) => each.id === id);
  if (instance !== undefined && instance.hiddenFor === 0) return answer(instance);
  if (instance !== undefined) looked([instance]);
  return notFound('Instance', id);
}

function withProcess(state: CloudState, call: Call, answer: (process: ExistingProcess) => Answer): Answer {
  const id = call.params['backgroundProcess'] ?? '';
  const process = state.processes.find((each) => each.id === id);
  return process === undefined ? notFound('BackgroundProcess', id) : answer(process);
}

function createProcess(state: CloudState, instance: CloudInstance, body: JsonObject): ExistingProcess {
  const processes = asNumber(body['processes']) ?? 1;
  if (body['type'] === 'custom') {
    return state.addProcess(instance, { type: 'custom', processes, command: asText(body['command']) ?? '' });
  }
  const defaults = state.options.fillDefaults ? SERVER_DEFAULTS : {};
  const config = { ...defaults, ...asObject(body['config']) };
  return state.addProcess(instance, { type: 'worker', processes, config });
}

/** Fields that do not apply to the type, the type itself and the ignored ones change nothing, without a word. */
function updateProcess(state: CloudState, process: ExistingProcess, body: JsonObject): void {
  const ignored = new Set(state.options.patchIgnores);
  const given = (field: string) => (ignored.has(field) ? undefined : body[field]);
  process.processes = asNumber(given('processes')) ?? process.processes;
  const command = asText(given('command'));
  if (process.type === 'custom' && command !== undefined) process.command = command;
  const config = given('config');
  if (process.type === 'worker' && config !== undefined) {
    const accepted = Object.fromEntries(
      Object.entries(asObject(config)).filter(([option]) => !ignored.has(`config.${option}`)),
    );
    const kept = Object.fromEntries(
      Object.entries(process.config).filter(([option]) => ignored.has(`config.${option}`)),
    );
    process.config = state.options.patchReplaces
      ? { ...kept, ...accepted }
      : { ...process.config, ...accepted };
  }
  process.strategyType ??= 'none';
}

function advance(state: CloudState, deployment: CloudDeployment): void {
  if (TERMINAL_DEPLOYMENT.has(deployment.script.show())) deployment.finishedAt ??= state.timestamp();
}

function aroundApplication(state: CloudState, application: CloudApplication, call: Call): JsonObject[] {
  const includes = includesOf(call);
  const environments = visibleEnvironments(state, application);
  const asResource = (environment: CloudEnvironment) =>
    environmentResource(state, environment, NOTHING, originOf(call));
  return [
    ...(includes.has('organization') ? [organizationResource(state)] : []),
    ...(includes.has('environments') ? environments.map(asResource) : []),
    ...(includes.has('defaultEnvironment') ? environments.slice(0, 1).map(asResource) : []),
  ];
}

function aroundEnvironment(state: CloudState, environment: CloudEnvironment, call: Call): JsonObject[] {
  const includes = includesOf(call);
  const application = state.applications.find(({ id }) => id === environment.applicationId);
  const deployments = state.deploymentsOf(environment);
  const shown = includes.has('deployments')
    ? deployments
    : includes.has('currentDeployment')
      ? deployments.slice(0, 1)
      : [];
  return [
    ...(includes.has('application') && application !== undefined
      ? [applicationResource(state, application, NOTHING)]
      : []),
    ...(includes.has('branch') ? [branchResource(environment)] : []),
    ...shown.map((deployment) => deploymentResource(state, deployment, NOTHING, originOf(call))),
    ...(includes.has('instances')
      ? visibleInstances(state, environment).map((instance) => instanceResource(state, instance, NOTHING))
      : []),
  ];
}

function aroundInstance(state: CloudState, instance: CloudInstance, call: Call): JsonObject[] {
  const includes = includesOf(call);
  const environment = state.environments.find(({ id }) => id === instance.environmentId);
  return [
    ...(includes.has('environment') && environment !== undefined
      ? [environmentResource(state, environment, NOTHING, originOf(call))]
      : []),
    ...(includes.has('backgroundProcesses')
      ? state.listProcesses(instance).map((process) => processResource(state, process, NOTHING))
      : []),
  ];
}

function withIncluded<T>(
  includes: Includes,
  around: (item: T) => JsonObject[],
): { included?: (items: readonly T[]) => JsonObject[] } {
  return includes.size === 0 ? {} : { included: (items) => distinct(items.flatMap(around)) };
}

function includedWith(includes: Includes, around: JsonObject[]): { included?: JsonObject[] } {
  return includes.size === 0 ? {} : { included: distinct(around) };
}

function includesOf(call: Call): Includes {
  return new Set((call.query['include'] ?? '').split(',').filter((name) => name !== ''));
}

function containsFilter(call: Call, field: string, value: string): boolean {
  const wanted = call.query[`filter[${field}]`];
  return wanted === undefined || value.toLowerCase().includes(wanted.toLowerCase());
}

function equalsFilter(call: Call, field: string, value: string): boolean {
  const wanted = call.query[`filter[${field}]`];
  return wanted === undefined || value === wanted;
}

function firstPage(call: Call): boolean {
  return (call.query['page'] ?? '1') === '1';
}

function looked(hidden: readonly { hiddenFor: number }[]): void {
  for (const each of hidden) each.hiddenFor = Math.max(0, each.hiddenFor - 1);
}

function originOf(call: Call): string {
  return new URL(call.url).origin;
}
