import { fails } from '../emulator/command-outcomes.ts';
import { cloud as request } from './requests.ts';
import type { Scenario, World } from './scenario.ts';

const action = '.';
const { list, read, create, update, instances, lookUp } = request;

/** A worker that is there, on the queue `default` unless told otherwise, and the instance it is on. */
function withWorker({ cloud, instance }: World, config: Record<string, unknown> = {}, processes = 1) {
  const { id } = cloud.addProcess(instance, { type: 'worker', processes, config });
  return { 'process-id': id, instance: instance.id };
}

const reverb = 'php artisan reverb:start';

const counted: readonly Scenario[] = [
  {
    action,
    title: '`if-exists: create`, `instance` by id',
    costs: { requests: [create], depth: 1 },
    prepare: ({ instance }) => ({ inputs: { instance: instance.id, 'if-exists': 'create' } }),
  },
  {
    action,
    title: 'the process is missing, `instance` by id',
    costs: { requests: [list, list, create], depth: 3 },
    prepare: ({ instance }) => ({ inputs: { instance: instance.id } }),
  },
  {
    action,
    title: 'the process is as declared, `instance` by id',
    costs: { requests: [list], depth: 1 },
    prepare: (world) => ({ inputs: { instance: withWorker(world).instance } }),
  },
  {
    action,
    title: 'the process has drifted, `instance` by id',
    costs: { requests: [list, update], depth: 2 },
    prepare: (world) => ({ inputs: { instance: withWorker(world).instance, processes: '2' } }),
  },
  {
    action,
    title: 'the process is as declared, `process-id`',
    costs: { requests: [read], depth: 1 },
    prepare: (world) => ({ inputs: { 'process-id': withWorker(world)['process-id'] } }),
  },
  {
    action,
    title: 'the process is as declared, `environment` by id',
    costs: { requests: [instances], depth: 1 },
    prepare: (world) => {
      withWorker(world);
      return { inputs: { environment: world.environment.id } };
    },
  },
  {
    action,
    title: 'the process is as declared, `environment` by name or branch',
    costs: { requests: lookUp, depth: 3 },
    prepare: (world) => {
      withWorker(world);
      return { inputs: { environment: 'main' } };
    },
  },
  {
    action,
    title: 'the process is missing, `environment` by id',
    costs: { requests: [instances, create, list], depth: 3 },
    prepare: ({ environment }) => ({ inputs: { environment: environment.id } }),
  },
  {
    action,
    title: 'the process is missing, `environment` by name or branch',
    costs: { requests: [...lookUp, create, list], depth: 5 },
    prepare: () => ({ inputs: { environment: 'main' } }),
  },
  {
    action,
    title: '`dry-run`, `environment` by name or branch',
    costs: { requests: lookUp, depth: 3 },
    prepare: () => ({ inputs: { environment: 'main', 'dry-run': 'true' } }),
  },
  {
    action,
    title: 'the process is missing, `redeploy`, a deployment that is over when first looked at',
    costs: {
      requests: [
        ...lookUp,
        'GET /deployments/{id}',
        'GET /environments/{id}/deployments',
        'GET /environments/{id}/deployments',
        list,
        'POST /environments/{id}/deployments',
        create,
      ],
      depth: 8,
    },
    prepare: ({ cloud }) => {
      cloud.options.deploymentScript = ['pending', 'deployment.succeeded'];
      return { inputs: { environment: 'main', redeploy: 'true' } };
    },
  },
];

const options = {
  connection: 'redis',
  queue: 'high,default',
  tries: 3,
  backoff: 5,
  sleep: 2,
  rest: 1,
  timeout: 90,
  force: true,
};

const creates: readonly Scenario[] = [
  {
    action,
    title: 'creates a worker with every option',
    prepare: ({ instance }) => ({
      inputs: { instance: instance.id, processes: '4', 'config-json': JSON.stringify(options) },
    }),
  },
  {
    action,
    title: 'creates a custom process',
    prepare: ({ instance }) => ({
      inputs: { instance: instance.id, type: 'custom', processes: '10', command: `${reverb} --port="8080"` },
    }),
  },
  {
    action,
    title: 'creates another beside one that is the same, `if-exists: create`',
    prepare: (world) => ({ inputs: { instance: withWorker(world).instance, 'if-exists': 'create' } }),
  },
  {
    action,
    title: 'creates a custom process beside a worker with the same command',
    prepare: (world) => ({
      inputs: {
        instance: withWorker(world).instance,
        type: 'custom',
        command: 'php artisan queue:work --quiet',
      },
    }),
  },
  {
    action,
    title: 'creates a command that ends at once, with a warning',
    prepare: ({ instance }) => ({
      inputs: { instance: instance.id, type: 'custom', command: 'php artisan schedule:run' },
    }),
  },
  {
    action,
    title: 'creates a worker, and points out one that a changed queue list may have left behind',
    prepare: (world) => ({
      inputs: {
        instance: withWorker(world, { queue: 'high' }).instance,
        'config-json': '{"queue": "high,default"}',
      },
    }),
  },
  {
    action,
    title: 'creates a worker on an instance that sleeps with the app',
    prepare: ({ cloud, environment }) => {
      const sleeps = { minReplicas: 1, maxReplicas: 3, sleepWithApp: true };
      cloud.addInstance(environment, { name: 'workers', type: 'service', ...sleeps });
      return { inputs: { environment: 'main', instance: 'workers', processes: '2' } };
    },
  },
  {
    action,
    title: 'creates without a summary, `summary: false`',
    prepare: ({ instance }) => ({ inputs: { instance: instance.id, summary: 'false' } }),
  },
];

const updates: readonly Scenario[] = [
  {
    action,
    title: 'updates a worker, and keeps the options that are not declared',
    prepare: (world) => ({
      inputs: {
        instance: withWorker(world, { queue: 'mail', tries: 1, sleep: 5, force: true }).instance,
        processes: '2',
        'config-json': '{"queue": "mail", "tries": 3}',
      },
    }),
  },
  {
    action,
    title: 'updates a worker, and keeps its number where `processes` is left out',
    prepare: (world) => ({
      inputs: {
        instance: withWorker(world, { queue: 'mail' }, 5).instance,
        'config-json': '{"queue": "mail", "tries": 3}',
      },
    }),
  },
  {
    action,
    title: 'updates a worker, and does not send back what a request may not set',
    prepare: (world) => ({
      inputs: {
        instance: withWorker(world, { name: 'w', 'max-jobs': 5, 'stop-when-empty': true, tries: 2 }).instance,
        processes: '2',
      },
    }),
  },
  {
    action,
    title: 'updates a custom process, and sends only what changes',
    prepare: ({ cloud, instance }) => {
      cloud.addProcess(instance, { type: 'custom', command: reverb });
      return {
        inputs: {
          instance: instance.id,
          type: 'custom',
          processes: '2',
          command: ' php  artisan reverb:start ',
        },
      };
    },
  },
  {
    action,
    title: 'leaves a worker whose options mean the same',
    prepare: (world) => ({
      inputs: {
        instance: withWorker(world, { queue: 'high, default', connection: 'redis', tries: '3', force: 1 })
          .instance,
        'config-json': '{"queue": "high,default", "tries": 3, "force": true}',
      },
    }),
  },
  {
    action,
    title: 'leaves the worker without a connection where none is declared',
    prepare: (world) => {
      withWorker(world, { connection: 'redis' });
      return { inputs: { instance: withWorker(world).instance } };
    },
  },
  {
    action,
    title: 'leaves what has drifted, `if-exists: reuse`, with a warning',
    prepare: (world) => ({
      inputs: { instance: withWorker(world).instance, processes: '5', 'if-exists': 'reuse' },
    }),
  },
  {
    action,
    title: 'fails where it exists, `if-exists: fail`',
    prepare: (world) => ({ inputs: { instance: withWorker(world).instance, 'if-exists': 'fail' } }),
  },
  {
    action,
    title: 'fails where two match',
    prepare: (world) => {
      withWorker(world);
      return { inputs: { instance: withWorker(world, { queue: 'default' }).instance, processes: '2' } };
    },
  },
];

const pins: readonly Scenario[] = [
  {
    action,
    title: '`process-id`: changes the command',
    prepare: ({ cloud, instance }) => {
      const { id } = cloud.addProcess(instance, { type: 'custom', command: 'php artisan old' });
      return { inputs: { 'process-id': id, type: 'custom', command: 'php artisan new' } };
    },
  },
  {
    action,
    title: '`process-id`: moves a worker to another queue',
    prepare: (world) => ({
      inputs: {
        'process-id': withWorker(world, { queue: 'a' })['process-id'],
        'config-json': '{"queue": "b"}',
      },
    }),
  },
  {
    action,
    title: '`process-id`: fails on another instance than the one that is named',
    prepare: ({ cloud, environment, instance }) => {
      const other = cloud.addInstance(environment, { name: 'Workers', type: 'service' });
      const { id } = cloud.addProcess(other, { type: 'worker' });
      return { inputs: { 'process-id': id, instance: instance.id, processes: '2' } };
    },
  },
  {
    action,
    title: '`process-id`: fails on another type',
    prepare: ({ cloud, instance }) => {
      const { id } = cloud.addProcess(instance, { type: 'custom', command: reverb });
      return { inputs: { 'process-id': id } };
    },
  },
  {
    action,
    title: '`process-id`: fails where there is none',
    prepare: () => ({ inputs: { 'process-id': 'process-00000000-0000-4000-8000-000000000000' } }),
  },
];

const dryRuns: readonly Scenario[] = [
  {
    action,
    title: '`dry-run`: would create',
    prepare: ({ instance }) => ({
      inputs: { instance: instance.id, processes: '2', 'config-json': '{"tries": 3}', 'dry-run': 'true' },
    }),
  },
  {
    action,
    title: '`dry-run`, `if-exists: create`: would create, and asks nothing',
    prepare: ({ instance }) => ({
      inputs: { instance: instance.id, 'if-exists': 'create', 'dry-run': 'true' },
    }),
  },
  {
    action,
    title: '`dry-run`: would update',
    prepare: (world) => ({
      inputs: { instance: withWorker(world).instance, processes: '2', redeploy: 'true', 'dry-run': 'true' },
    }),
  },
  {
    action,
    title: '`dry-run`: nothing to do',
    prepare: (world) => ({ inputs: { instance: withWorker(world).instance, 'dry-run': 'true' } }),
  },
];

const canary = 'php artisan queue:canary';

const deployments: readonly Scenario[] = [
  {
    action,
    title: '`redeploy`: the deployment fails',
    prepare: ({ cloud, environment }) => {
      cloud.options.deploymentScript = ['pending', 'build.running', 'build.failed'];
      environment.failureReason = 'npm run build exited with 1';
      return { inputs: { environment: 'main', redeploy: 'true' } };
    },
  },
  {
    action,
    title: '`verify-command`: succeeds after the deployment',
    prepare: ({ cloud }) => {
      cloud.options.deploymentScript = ['pending', 'deployment.succeeded'];
      return { inputs: { environment: 'main', redeploy: 'true', 'verify-command': canary } };
    },
  },
  {
    action,
    title: '`verify-command`: is skipped where a change waits for a deployment',
    prepare: () => ({ inputs: { environment: 'main', 'verify-command': canary } }),
  },
  {
    action,
    title: '`verify-command`: fails',
    prepare: (world) => {
      withWorker(world);
      world.cloud.options.commandOutcome = fails('No worker has done the job.', 'exit');
      return { inputs: { environment: 'main', 'verify-command': canary } };
    },
  },
];

const lastYear = '2025-04-04T11:24:42.000000Z';

/** A worker that is there for long. */
function withOldWorker({ cloud, instance }: World, config: Record<string, unknown> = {}, processes = 1) {
  cloud.addProcess(instance, { type: 'worker', processes, config, created_at: lastYear });
}

const lives: readonly Scenario[] = [
  {
    action,
    title: '`redeploy`, nothing to change: deploys where the newest deployment failed',
    prepare: (world) => {
      withOldWorker(world);
      world.cloud.options.deploymentScript = ['pending', 'deployment.succeeded'];
      world.cloud.addDeployment(world.environment, { script: ['build.failed'] });
      return { inputs: { environment: 'main', redeploy: 'true' } };
    },
  },
  {
    action,
    title: '`verify-command`: unchanged, and younger than the newest deployment',
    prepare: (world) => {
      world.cloud.deployed(world.environment);
      withWorker(world);
      return { inputs: { environment: 'main', 'verify-command': canary } };
    },
  },
  {
    action,
    title: '`stable-for`, `verify-command`: created in an environment that is hibernating',
    prepare: ({ environment }) => {
      Object.assign(environment, { status: 'hibernating', usesHibernation: true });
      return { inputs: { environment: 'main', 'stable-for': '60', 'verify-command': canary } };
    },
  },
  {
    action,
    title: '`redeploy`: created in an environment that hibernates without requests',
    prepare: ({ cloud, environment }) => {
      Object.assign(environment, { usesHibernation: true });
      cloud.options.deploymentScript = ['pending', 'deployment.succeeded'];
      return { inputs: { environment: 'main', processes: '2', redeploy: 'true' } };
    },
  },
  {
    action,
    title: '`redeploy`: the deployment takes longer than `wait-timeout`',
    prepare: ({ cloud }) => {
      cloud.options.deploymentScript = ['pending', ...Array<string>(99).fill('build.running')];
      return { inputs: { environment: 'main', redeploy: 'true', 'wait-timeout': '20' } };
    },
  },
];

const refusals: readonly Scenario[] = [
  {
    action,
    title: 'the create request is answered with 500 each time',
    prepare: ({ faults }) => {
      faults.add({ kind: 'status', status: 500, on: 'POST .*/background-processes$', times: 9 });
      return { inputs: { environment: 'main', queue: 'high,default' } };
    },
  },
  {
    action,
    title: 'the update is refused for a field',
    prepare: (world) => {
      withWorker(world, { queue: 'high,default' }, 2);
      const text = 'The processes field must not be greater than 2.';
      const body = { message: text, errors: { processes: [text] } };
      world.faults.add({ kind: 'status', status: 422, body, on: 'PATCH' });
      return { inputs: { environment: 'main', queue: 'high,default', processes: '3' } };
    },
  },
  {
    action,
    title: 'a managed queue whose worker is as declared, refused',
    prepare: ({ cloud, environment }) => {
      cloud.addManagedQueue(environment, { name: 'queue' });
      return { inputs: { environment: 'main', instance: 'queue', queue: 'default' } };
    },
  },
  {
    action,
    title: 'two workers that match, with different connections',
    prepare: (world) => {
      withOldWorker(world, { queue: 'high,default', connection: 'redis' });
      withOldWorker(world, { queue: 'high,default', connection: 'database' }, 4);
      return { inputs: { environment: 'main', queue: 'high,default' } };
    },
  },
  {
    action,
    title: '`dry-run`, `redeploy`: would create more than the memory holds',
    prepare: ({ instance }) => {
      Object.assign(instance, { size: 'flex.m-1vcpu-1gb' });
      const inputs = { environment: 'main', processes: '10', redeploy: 'true', 'dry-run': 'true' };
      return { inputs };
    },
  },
];

const wrongInputs: readonly Scenario[] = [
  {
    action,
    title: 'wrong inputs: all problems at once',
    prepare: () => ({
      inputs: {
        processes: 'many',
        'config-json': '{"memory": 1, "tries": []}',
        'request-timeout': 'never',
        'if-exists': 'maybe',
        redeploy: 'perhaps',
        'dry-run': 'no',
      },
    }),
  },
  {
    action,
    title: 'wrong inputs: no token',
    prepare: ({ instance }) => ({ inputs: { token: '', instance: instance.id } }),
  },
  {
    action,
    title: 'wrong inputs: no token, on a pull request from a fork',
    prepare: ({ instance }) => ({
      inputs: { token: '', instance: instance.id },
      event: {
        pull_request: {
          number: 7,
          head: { repo: { full_name: 'stranger/shop' } },
          base: { repo: { full_name: 'acme/shop' } },
        },
      },
    }),
  },
];

export const rootScenarios: readonly Scenario[] = [
  ...counted,
  ...creates,
  ...updates,
  ...pins,
  ...dryRuns,
  ...deployments,
  ...lives,
  ...refusals,
  ...wrongInputs,
];
