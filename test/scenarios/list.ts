import { manyInstances } from './many-instances.ts';
import { cloud as request } from './requests.ts';
import type { Scenario } from './scenario.ts';

const action = 'list';

export const listScenarios: readonly Scenario[] = [
  {
    action,
    title: '`instance` by id',
    costs: { requests: [request.list], depth: 1 },
    prepare: ({ instance }) => ({ inputs: { instance: instance.id } }),
  },
  {
    action,
    title: '`environment` by name or branch, 10 instances',
    costs: { requests: request.lookUp, depth: 3 },
    prepare: (world) => {
      manyInstances(world, 10);
      return { inputs: { environment: 'main' } };
    },
  },
  {
    action,
    title: 'a worker and a custom process, options that are unset left out',
    prepare: ({ cloud, instance }) => {
      const scaled = { strategy_type: 'queue_size', strategy_threshold: 5 };
      const config = { connection: 'redis', queue: 'high' };
      cloud.addProcess(instance, { type: 'worker', processes: 2, config, ...scaled });
      cloud.addProcess(instance, { type: 'custom', command: 'php artisan reverb:start' });
      return { inputs: { environment: 'main', instance: 'App' } };
    },
  },
  {
    action,
    title: 'one type, which the manifest says',
    prepare: ({ cloud, environment, instance }) => {
      cloud.addProcess(instance, { type: 'worker' });
      cloud.addProcess(instance, { type: 'custom', command: 'php artisan reverb:start' });
      return { inputs: { environment: environment.id, type: 'custom' } };
    },
  },
  {
    action,
    title: 'several pages',
    prepare: ({ cloud, instance }) => {
      cloud.options.perPage = 2;
      for (const name of ['a', 'b', 'c', 'd', 'e'])
        cloud.addProcess(instance, { type: 'custom', command: `php artisan ${name}` });
      return { inputs: { instance: instance.id } };
    },
  },
  {
    action,
    title: 'an environment with a managed queue, and text that is hostile',
    prepare: ({ cloud, environment }) => {
      const workers = cloud.addInstance(environment, { name: 'workers', type: 'service' });
      cloud.addProcess(workers, { type: 'custom', command: '</pre></details><img src=x> ``` @acme' });
      cloud.addManagedQueue(environment, { name: 'emails' });
      return { inputs: { environment: 'production' } };
    },
  },
  {
    action,
    title: 'an environment without instances',
    prepare: ({ cloud, application }) => {
      const { id } = cloud.addEnvironment(application, { name: 'empty', branch: 'empty' });
      return { inputs: { environment: id } };
    },
  },
  {
    action,
    title: '`require-status`: nothing is there to be checked',
    prepare: () => ({ inputs: { environment: 'main', 'status-window': '300', 'require-status': 'up' } }),
  },
  {
    action,
    title: '`require-status`: the log tells nothing of one',
    prepare: ({ cloud, environment, instance, faults }) => {
      cloud.addProcess(instance, { type: 'worker' });
      cloud.deployed(environment);
      faults.add({ kind: 'status', status: 403, on: 'GET .*/logs', times: 99 });
      return { inputs: { environment: 'main', 'status-window': '300', 'require-status': 'up' } };
    },
  },
  {
    action,
    title: 'a wrong type',
    prepare: ({ instance }) => ({ inputs: { instance: instance.id, type: 'daemon' } }),
  },
];
