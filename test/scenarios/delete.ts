import { cloud as request } from './requests.ts';
import { costing, nothing, type Own, type Prepare, scenariosOf } from './scenario.ts';

const action = 'delete';
const reverb = 'php artisan reverb:start';

const onInstance: Prepare = ({ instance }) => ({ inputs: { instance: instance.id } });

/** Among custom processes of these commands. */
const among =
  (commands: readonly string[], inputs: Record<string, string>): Own =>
  ({ cloud, instance }) => {
    for (const command of commands) cloud.addProcess(instance, { type: 'custom', command });
    return { inputs };
  };

export const deleteScenarios = [
  ...scenariosOf(action, onInstance, {
    'by what identifies it, `instance` by id': costing(
      2,
      [request.list, request.remove],
      among([reverb], { type: 'custom', command: reverb }),
    ),
    'absent, which two looks must show, `instance` by id': costing(
      2,
      [request.list, request.list],
      among([], { type: 'custom', command: 'php artisan horizon' }),
    ),
    'by its command, white space aside': among(['php  artisan reverb:start', 'php artisan other'], {
      command: reverb,
    }),
    'by its queue and connection': ({ cloud, instance }) => {
      for (const connection of ['redis', 'database'])
        cloud.addProcess(instance, { type: 'worker', config: { queue: 'high', connection } });
      return { inputs: { 'config-json': '{"queue": "high", "connection": "redis"}' } };
    },
    'a worker by its type alone is the one on the default queue': ({ cloud, instance }) => {
      for (const config of [{ queue: 'high' }, {}]) cloud.addProcess(instance, { type: 'worker', config });
      return { inputs: { type: 'worker' } };
    },
    'absent, `if-missing: fail`': among([], { command: reverb, 'if-missing': 'fail' }),
    '`dry-run`': among([reverb], { command: reverb, 'dry-run': 'true' }),
    'two that match, refused': among([reverb, reverb], { command: reverb }),
    'a worker without a declared connection, of which there are two, refused': ({ cloud, instance }) => {
      for (const config of [{}, { connection: 'redis' }])
        cloud.addProcess(instance, { type: 'worker', config });
      return { inputs: { 'config-json': '{}' } };
    },
    'two that match, `all: true`': among([reverb, reverb, 'php artisan other'], {
      command: reverb,
      all: 'true',
    }),
  }),
  ...scenariosOf(action, nothing, {
    'by its id, without an instance': ({ cloud, instance }) => ({
      inputs: { 'process-id': cloud.addProcess(instance, { type: 'custom', command: reverb }).id },
    }),
    'by an id on a worker cluster of the environment': ({ cloud, environment }) => {
      const other = cloud.addInstance(environment, { name: 'workers', type: 'service' });
      return {
        inputs: { 'process-id': cloud.addProcess(other, { type: 'worker' }).id, environment: 'main' },
      };
    },
    'by an id on another instance than the one that is named, refused': ({
      cloud,
      environment,
      instance,
    }) => {
      const other = cloud.addInstance(environment, { name: 'workers', type: 'service' });
      const { id } = cloud.addProcess(other, { type: 'worker' });
      return { inputs: { 'process-id': id, instance: instance.id } };
    },
    'redeploys after it': (world) => {
      world.cloud.options.deploymentScript = ['pending', 'deployment.succeeded'];
      return among([reverb], { environment: 'main', command: reverb, redeploy: 'true' })(world);
    },
    'absent, and the deployment that is due fails': (world) => {
      world.cloud.options.deploymentScript = ['pending', 'build.failed'];
      world.cloud.addDeployment(world.environment, { script: ['build.failed'] });
      return among([], { environment: 'main', command: reverb, redeploy: 'true' })(world);
    },
  }),
];
