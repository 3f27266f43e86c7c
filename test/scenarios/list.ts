import { cloud as request } from './requests.ts';
import { costing, manyInstances, nothing, scenariosOf } from './scenario.ts';

const action = 'list';

export const listScenarios = scenariosOf(action, nothing, {
  '`instance` by id': costing(1, [request.list], ({ instance }) => ({ inputs: { instance: instance.id } })),
  '`environment` by name or branch, 10 instances': costing(3, request.lookUp, (world) => {
    manyInstances(world, 10);
    return { inputs: { environment: 'main' } };
  }),
  'a worker and a custom process, options that are unset left out': ({ cloud, instance }) => {
    const scaled = { strategyType: 'queue_size', strategyThreshold: 5 };
    const config = { connection: 'redis', queue: 'high' };
    cloud.addProcess(instance, { type: 'worker', processes: 2, config, ...scaled });
    cloud.addProcess(instance, { type: 'custom', command: 'php artisan reverb:start' });
    return { inputs: { environment: 'main', instance: 'App' } };
  },
  'one type, which the manifest says': ({ cloud, environment, instance }) => {
    cloud.addProcess(instance, { type: 'worker' });
    cloud.addProcess(instance, { type: 'custom', command: 'php artisan reverb:start' });
    return { inputs: { environment: environment.id, type: 'custom' } };
  },
  'several pages': ({ cloud, instance }) => {
    cloud.options.perPage = 2;
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      cloud.addProcess(instance, { type: 'custom', command: `php artisan ${name}` });
    return { inputs: { instance: instance.id } };
  },
  'an environment with a managed queue, and text that is hostile': ({ cloud, environment }) => {
    const workers = cloud.addInstance(environment, { name: 'workers', type: 'service' });
    cloud.addProcess(workers, { type: 'custom', command: '</pre></details><img src=x> ``` @acme' });
    cloud.addManagedQueue(environment, { name: 'emails' });
    return { inputs: { environment: 'production' } };
  },
  'duplicates, which the table and the manifest say': ({ cloud, instance }) => {
    for (const queue of ['mails', 'mails ', 'high'])
      cloud.addProcess(instance, { type: 'worker', config: { queue } });
    return { inputs: { environment: 'main' } };
  },
  'an environment without instances': ({ cloud, application }) => {
    const { id } = cloud.addEnvironment(application, { name: 'empty', branch: 'empty' });
    return { inputs: { environment: id } };
  },
  '`require-status`: nothing is there to be checked': () => ({
    inputs: { environment: 'main', 'status-window': '300', 'require-status': 'up' },
  }),
  '`require-status`: the log tells nothing of one': ({ cloud, environment, instance, faults }) => {
    cloud.addProcess(instance, { type: 'worker' });
    cloud.deployed(environment);
    faults.add({ kind: 'status', status: 403, on: 'GET .*/logs', times: 99 });
    return { inputs: { environment: 'main', 'status-window': '300', 'require-status': 'up' } };
  },
  '`require-status`: one was created after the newest deployment': ({ cloud, environment, instance }) => {
    cloud.deployed(environment, { agoMs: 3_600_000 });
    cloud.addProcess(instance, { type: 'worker' });
    return { inputs: { environment: 'main', 'status-window': '300', 'require-status': 'up' } };
  },
  'a wrong type': ({ instance }) => ({ inputs: { instance: instance.id, type: 'daemon' } }),
});
