import { document, failure, invalid, notFound } from './answer.ts';
import { withEnvironment } from './cloud-lookup.ts';
import { pageOf } from './cloud-pages.ts';
import { originOf } from './cloud-query.ts';
import { deploymentResource } from './cloud-resources.ts';
import type { CloudState } from './cloud-state.ts';
import type { Handlers } from './contract.ts';
import { logsOf } from './deployment-logs.ts';

export function deploymentHandlers(state: CloudState): Handlers {
  return {
    listDeployments: (call) =>
      withEnvironment(state, call, (environment) => {
        const deployments = state.deploymentsOf(environment);
        for (const deployment of deployments) state.showDeployment(deployment);
        return pageOf(state.options, call, {
          items: deployments,
          resource: (deployment) => deploymentResource(state, deployment, originOf(call)),
        });
      }),

    createDeployment: (call) =>
      withEnvironment(state, call, (environment) => {
        const running = state.runningDeployment(environment);
        if (running !== undefined) {
          // The running deployment advances here, too: it must end for a caller that only repeats the POST.
          state.showDeployment(running);
          return invalid({ environment: ['A deployment is already in progress for this environment.'] });
        }
        const deployment = state.addDeployment(environment);
        state.showDeployment(deployment);
        return document(state.options.deploymentStatus, {
          data: deploymentResource(state, deployment, originOf(call)),
        });
      }),

    showDeployment: (call) => {
      const id = call.params['deployment'] ?? '';
      const deployment = state.deployments.find((each) => each.id === id);
      if (deployment === undefined) return notFound('Deployment', id);
      state.showDeployment(deployment);
      return document(200, { data: deploymentResource(state, deployment, originOf(call)) });
    },

    showDeploymentLogs: (call) => {
      const id = call.params['deployment'] ?? '';
      const deployment = state.deployments.find((each) => each.id === id);
      if (deployment === undefined) return notFound('Deployment', id);
      const age = state.now() - Date.parse(deployment.startedAt);
      if (age > KEPT_MS) return failure(422, 'The logs of a deployment are kept for one year.');
      const body = { data: logsOf(deployment), meta: { deployment_status: deployment.script.current } };
      return { status: 200, body, contentType: 'application/json' };
    },
  };
}

/** Milliseconds for which logs are kept. */
const KEPT_MS = 365 * 24 * 3_600_000;
