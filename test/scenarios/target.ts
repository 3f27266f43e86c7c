import { nothing, scenariosOf } from './scenario.ts';

const action = '.';

/** Where the instance is, and what an error says when it cannot be told. */
export const targetScenarios = scenariosOf(action, nothing, {
  'target: an application by its name, an environment by its slug, an instance by its name': ({
    cloud,
    environment,
  }) => {
    environment.slug = 'production-3';
    cloud.addInstance(environment, { name: 'workers', type: 'service' });
    return { inputs: { application: 'shop', environment: 'production-3', instance: 'workers' } };
  },
  'target: no application of the workflow’s repository': ({ cloud }) => {
    cloud.addApplication({ name: 'shop-admin', repository: 'acme/shop-admin' });
    return { inputs: { environment: 'main' }, env: { GITHUB_REPOSITORY: 'acme/other' } };
  },
  'target: an application with a typo': () => ({ inputs: { application: 'shpo', environment: 'main' } }),
  'target: an environment with a typo': ({ cloud, application }) => {
    cloud.addEnvironment(application, { name: 'staging', branch: 'develop' });
    return { inputs: { environment: 'prodution' } };
  },
  'target: an instance in another case': () => ({ inputs: { environment: 'main', instance: 'APP' } }),
  'target: a managed queue': ({ cloud, environment }) => {
    cloud.addManagedQueue(environment, { name: 'emails' });
    return { inputs: { environment: 'main', instance: 'emails' } };
  },
});
