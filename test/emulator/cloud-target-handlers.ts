import { document, notFound } from './answer.ts';
import { withEnvironment, withInstance } from './cloud-lookup.ts';
import { pageOf } from './cloud-pages.ts';
import { firstPage, includedWith, includesOf, looked, originOf, withIncluded } from './cloud-query.ts';
import type { CloudEnvironment, CloudInstance, ExistingProcess } from './cloud-records.ts';
import {
  applicationResource,
  branchResource,
  environmentResource,
  instanceResource,
  processResource,
  visibleEnvironments,
  visibleInstances,
} from './cloud-resources.ts';
import type { CloudState } from './cloud-state.ts';
import type { Call, Handlers } from './contract.ts';
import type { JsonObject } from './json.ts';
import { NOTHING } from './relationships.ts';

/** Returns the handlers for the places of processes: the organization, applications, environments and instances. */
export function targetHandlers(state: CloudState): Handlers {
  return {
    listApplications: (call) =>
      pageOf(state.options, call, { items: state.applications, resource: applicationResource }),

    listEnvironments: (call) => {
      const id = call.params['application'] ?? '';
      const application = state.applications.find((each) => each.id === id);
      if (application === undefined) return notFound('Application', id);
      const includes = includesOf(state, call);
      // This list counts as one read of the environments that stay hidden.
      const items = visibleEnvironments(state, application);
      if (firstPage(call)) looked(state.environments.filter((each) => each.applicationId === id));
      return pageOf(state.options, call, {
        items,
        resource: (environment) => environmentResource(state, environment, includes, originOf(call)),
        ...withIncluded(state, includes, (environment: CloudEnvironment) => [branchResource(environment)]),
      });
    },

    showEnvironment: (call) =>
      withEnvironment(state, call, (environment) =>
        document(200, { data: environmentResource(state, environment, NOTHING, originOf(call)) }),
      ),

    listInstances: (call) =>
      withEnvironment(state, call, (environment) => {
        const includes = includesOf(state, call);
        const items = visibleInstances(state, environment);
        if (firstPage(call)) looked(state.instancesOf(environment));
        const processesOf = processesByInstance(state);
        return pageOf(state.options, call, {
          items,
          resource: (instance) => instanceResource(instance, includes, processesOf(instance)),
          ...withIncluded(state, includes, (instance: CloudInstance) =>
            aroundInstance(state, instance, call, processesOf(instance)),
          ),
        });
      }),

    showInstance: (call) =>
      withInstance(state, call, (instance) => {
        const includes = includesOf(state, call);
        const processes = processesByInstance(state)(instance);
        return document(200, {
          data: instanceResource(instance, includes, processes),
          ...includedWith(state, includes, aroundInstance(state, instance, call, processes)),
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
  const includes = includesOf(state, call);
  const environment = state.environments.find(({ id }) => id === instance.environmentId);
  // Recorded: included resources are mixed: the environment comes after the processes of the first instance.
  return [
    ...(includes.has('backgroundProcesses')
      ? processes.map((process) => processResource(state, process, NOTHING))
      : []),
    ...(includes.has('environment') && environment !== undefined
      ? [environmentResource(state, environment, NOTHING, originOf(call))]
      : []),
  ];
}
