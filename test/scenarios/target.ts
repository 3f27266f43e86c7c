import type { Scenario } from './scenario.ts';

const action = '.';

/** Where the instance is, and what an error says when it cannot be told. */
export const targetScenarios: readonly Scenario[] = [
  {
    action,
    title: 'target: an application by its name, an environment by its slug, an instance by its name',
    prepare: ({ cloud, environment }) => {
      environment.slug = 'production-3';
      cloud.addInstance(environment, { name: 'workers', type: 'service' });
      return { inputs: { application: 'shop', environment: 'production-3', instance: 'workers' } };
    },
  },
  {
    action,
    title: 'target: no application of the workflow’s repository',
    prepare: ({ cloud }) => {
      cloud.addApplication({ name: 'shop-admin', repository: 'acme/shop-admin' });
      return { inputs: { environment: 'main' }, env: { GITHUB_REPOSITORY: 'acme/other' } };
    },
  },
  {
    action,
    title: 'target: an application with a typo',
    prepare: () => ({ inputs: { application: 'shpo', environment: 'main' } }),
  },
  {
    action,
    title: 'target: an environment with a typo',
    prepare: ({ cloud, application }) => {
      cloud.addEnvironment(application, { name: 'staging', branch: 'develop' });
      return { inputs: { environment: 'prodution' } };
    },
  },
  {
    action,
    title: 'target: an instance in another case',
    prepare: () => ({ inputs: { environment: 'main', instance: 'APP' } }),
  },
  {
    action,
    title: 'target: two applications of one repository',
    prepare: ({ cloud }) => {
      cloud.addApplication({ name: 'copy', repository: 'acme/shop' });
      return { inputs: { environment: 'main' } };
    },
  },
  {
    action,
    title: 'target: two environments on one branch',
    prepare: ({ cloud, application }) => {
      cloud.addEnvironment(application, { name: 'staging', branch: 'main' });
      return { inputs: { environment: 'main' } };
    },
  },
  {
    action,
    title: 'target: two instances of one name',
    prepare: ({ cloud, environment }) => {
      cloud.addInstance(environment, { name: 'App', type: 'service' });
      return { inputs: { environment: 'main', instance: 'App' } };
    },
  },
  {
    action,
    title: 'target: two instances of type app, and none is named',
    prepare: ({ cloud, environment }) => {
      cloud.addInstance(environment, { name: 'Second', type: 'app' });
      return { inputs: { environment: 'main' } };
    },
  },
  {
    action,
    title: 'target: no instance of type app',
    prepare: ({ cloud, application }) => {
      const environment = cloud.addEnvironment(application, { name: 'jobs', branch: 'jobs' });
      cloud.addInstance(environment, { name: 'workers', type: 'service' });
      return { inputs: { environment: 'jobs' } };
    },
  },
  {
    action,
    title: 'target: a managed queue',
    prepare: ({ cloud, environment }) => {
      cloud.addManagedQueue(environment, { name: 'emails' });
      return { inputs: { environment: 'main', instance: 'emails' } };
    },
  },
];
