import { document, notFound } from './answer.ts';
import { withEnvironment, withInstance } from './cloud-lookup.ts';
import { pageOf } from './cloud-pages.ts';
import { firstPage, includedWith, includesOf, looked, originOf, withIncluded } from './cloud-query.ts';
import type { CloudApplication, CloudEnvironment, CloudInstance, ExistingProcess } from './cloud-records.ts';
import {
  applicationResource,
  branchResource,
  deploymentResource,
  environmentResource,
  instanceResource,
  organizationResource,
  processResource,
  visibleEnvironments,
  visibleInstances,
} from './cloud-resources.ts';
import type { CloudState } from './cloud-state.ts';
import type { Call, Handlers } from './contract.ts';
import type { JsonObject } from './json.ts';
import { NOTHING } from './relationships.ts';

/** Where processes can be: the organization, its applications, their environments and instances. */
export function targetHandlers(state: CloudState): Handlers {
  return {
    showOrganization: () => document(200, { data: organizationResource() }),

    listApplications: (call) => {
      const includes = includesOf(state, call);
      return pageOf(state.options, call, {
        items: state.applications,
        resource: (application) => applicationResource(state, application, includes),
        ...withIncluded(state, includes, (application: CloudApplication) =>
          aroundApplication(state, application, call),
        ),
      });
    },

    showApplication: (call) => {
      const id = call.params['application'] ?? '';
      const application = state.applications.find((each) => each.id === id);
      if (application === undefined) return notFound('Application', id);
      const includes = includesOf(state, call);
      return document(200, {
        data: applicationResource(state, application, includes),
        ...includedWith(state, includes, aroundApplication(state, application, call)),
      });
    },

    listEnvironments: (call) => {
      const id = call.params['application'] ?? '';
      const application = state.applications.find((each) => each.id === id);
      if (application === undefined) return notFound('Application', id);
      const includes = includesOf(state, call);
      // What stays hidden in this listing has been looked for once more.
      const items = visibleEnvironments(state, application);
      if (firstPage(call)) looked(state.environments.filter((each) => each.applicationId === id));
      return pageOf(state.options, call, {
        items,
        resource: (environment) => environmentResource(state, environment, includes, originOf(call)),
        ...withIncluded(state, includes, (environment: CloudEnvironment) =>
          aroundEnvironment(state, environment, call),
        ),
      });
    },

    showEnvironment: (call) =>
      withEnvironment(state, call, (environment) => {
        const includes = includesOf(state, call);
        return document(200, {
          data: environmentResource(state, environment, includes, originOf(call)),
          ...includedWith(state, includes, aroundEnvironment(state, environment, call)),
        });
      }),

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

function aroundApplication(state: CloudState, application: CloudApplication, call: Call): JsonObject[] {
  const includes = includesOf(state, call);
  const environments = visibleEnvironments(state, application);
  const asResource = (environment: CloudEnvironment) =>
    environmentResource(state, environment, NOTHING, originOf(call));
  return [
    ...(includes.has('organization') ? [organizationResource()] : []),
    ...(includes.has('environments') ? environments.map(asResource) : []),
    ...(includes.has('defaultEnvironment') ? environments.slice(0, 1).map(asResource) : []),
  ];
}

function aroundEnvironment(state: CloudState, environment: CloudEnvironment, call: Call): JsonObject[] {
  const includes = includesOf(state, call);
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
      ? visibleInstances(state, environment).map((instance) => instanceResource(instance, NOTHING))
      : []),
  ];
}

/** One view for the whole answer, so that what is included is what the relationships name. */
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
  // Recorded: they stand mixed, so that the environment comes after the processes of the first instance.
  return [
    ...(includes.has('backgroundProcesses')
      ? processes.map((process) => processResource(state, process, NOTHING))
      : []),
    ...(includes.has('environment') && environment !== undefined
      ? [environmentResource(state, environment, NOTHING, originOf(call))]
      : []),
  ];
}
