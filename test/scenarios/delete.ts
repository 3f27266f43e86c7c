import { cloud as request } from './requests.ts';
import type { Scenario, World } from './scenario.ts';

const action = 'delete';
const reverb = 'php artisan reverb:start';

/** An instance with these custom processes on it. */
function withCommands({ cloud, instance }: World, ...commands: readonly string[]) {
  const ids = commands.map((command) => cloud.addProcess(instance, { type: 'custom', command }).id);
  return { instance: instance.id, ids };
}

export const deleteScenarios: readonly Scenario[] = [
  {
    action,
    title: 'by what identifies it, `instance` by id',
    costs: { requests: [request.list, request.remove], depth: 2 },
    prepare: (world) => {
      const { instance } = withCommands(world, reverb);
      return { inputs: { instance, type: 'custom', command: reverb } };
    },
  },
  {
    action,
    title: 'absent, which two looks must show, `instance` by id',
    costs: { requests: [request.list, request.list], depth: 2 },
    prepare: ({ instance }) => ({
      inputs: { instance: instance.id, type: 'custom', command: 'php artisan horizon' },
    }),
  },
  {
    action,
    title: 'by its command, white space aside',
    prepare: (world) => {
      const { instance } = withCommands(world, 'php  artisan reverb:start', 'php artisan other');
      return { inputs: { instance, command: reverb } };
    },
  },
  {
    action,
    title: 'by its queue and connection',
    prepare: ({ cloud, instance }) => {
      for (const connection of ['redis', 'database'])
        cloud.addProcess(instance, { type: 'worker', config: { queue: 'high', connection } });
      return { inputs: { instance: instance.id, 'config-json': '{"queue": "high", "connection": "redis"}' } };
    },
  },
  {
    action,
    title: 'a worker by its type alone is the one on the default queue',
    prepare: ({ cloud, instance }) => {
      cloud.addProcess(instance, { type: 'worker', config: { queue: 'high' } });
      cloud.addProcess(instance, { type: 'worker' });
      return { inputs: { instance: instance.id, type: 'worker' } };
    },
  },
  {
    action,
    title: 'by its id, without an instance',
    prepare: (world) => ({ inputs: { 'process-id': withCommands(world, reverb).ids[0] ?? '' } }),
  },
  {
    action,
    title: 'by an id on another instance than the one that is named, refused',
    prepare: ({ cloud, environment, instance }) => {
      const other = cloud.addInstance(environment, { name: 'workers', type: 'service' });
      const { id } = cloud.addProcess(other, { type: 'worker' });
      return { inputs: { 'process-id': id, instance: instance.id } };
    },
  },
  {
    action,
    title: 'absent, `if-missing: fail`',
    prepare: ({ instance }) => ({
      inputs: { instance: instance.id, command: reverb, 'if-missing': 'fail' },
    }),
  },
  {
    action,
    title: '`dry-run`',
    prepare: (world) => {
      const { instance } = withCommands(world, reverb);
      return { inputs: { instance, command: reverb, 'dry-run': 'true' } };
    },
  },
  {
    action,
    title: 'two that match, refused',
    prepare: (world) => {
      const { instance } = withCommands(world, reverb, reverb);
      return { inputs: { instance, command: reverb } };
    },
  },
  {
    action,
    title: 'a worker without a declared connection, of which there are two, refused',
    prepare: ({ cloud, instance }) => {
      for (const config of [{}, { connection: 'redis' }])
        cloud.addProcess(instance, { type: 'worker', config });
      return { inputs: { instance: instance.id, 'config-json': '{}' } };
    },
  },
  {
    action,
    title: 'two that match, `all: true`',
    prepare: (world) => {
      const { instance } = withCommands(world, reverb, reverb, 'php artisan other');
      return { inputs: { instance, command: reverb, all: 'true' } };
    },
  },
  {
    action,
    title: 'redeploys after it',
    prepare: (world) => {
      world.cloud.options.deploymentScript = ['pending', 'deployment.succeeded'];
      withCommands(world, reverb);
      return { inputs: { environment: 'main', command: reverb, redeploy: 'true' } };
    },
  },
  {
    action,
    title: 'absent, and the deployment that is due fails',
    prepare: ({ cloud, environment }) => {
      cloud.options.deploymentScript = ['pending', 'build.failed'];
      cloud.addDeployment(environment, { script: ['build.failed'] });
      return { inputs: { environment: 'main', command: reverb, redeploy: 'true' } };
    },
  },
];
