import { cloud as request } from './requests.ts';
import { costing, manyInstances, type Prepare, scenariosOf, type World } from './scenario.ts';

const action = 'apply';
const { list, create, update, remove, instances, lookUp } = request;
const file = '.github/background-processes.yml';
const reverb = 'php artisan reverb:start';

const manifest = `
instances:
  App:
    - type: worker
      processes: 2
      config: { connection: redis, queue: "high,default" }
    - type: custom
      command: ${reverb}
`;

/** What the manifest declares is there. */
function converged({ cloud, instance }: World) {
  const config = { connection: 'redis', queue: 'high,default' };
  return {
    worker: cloud.addProcess(instance, { type: 'worker', processes: 2, config }),
    custom: cloud.addProcess(instance, { type: 'custom', processes: 1, command: reverb }),
  };
}

/** One has drifted, and one is not declared. */
function drifted(world: World): void {
  converged(world).worker.processes = 1;
  world.cloud.addProcess(world.instance, { type: 'custom', command: 'php artisan horizon' });
}

const fleetManifest = `
application: shop
defaults:
  instances:
    App:
      - { type: worker, processes: 2, config: { queue: "high,default" } }
environments: { production: {}, staging: {}, qa: {}, demo: {} }
`;

/** Production has one too many, staging has drifted, qa has nothing, and demo is as declared. */
function fleet({ cloud, application, instance }: World) {
  cloud.options.deploymentScript = ['pending', 'deployment.succeeded'];
  const clusterOf = (name: string) =>
    cloud.addInstance(cloud.addEnvironment(application, { name, branch: name }), { name: 'App' });
  const [staging, qa, demo] = [clusterOf('staging'), clusterOf('qa'), clusterOf('demo')];
  const config = { queue: 'high,default' };
  for (const one of [instance, demo]) cloud.addProcess(one, { type: 'worker', processes: 2, config });
  cloud.addProcess(staging, { type: 'worker', processes: 1, config });
  cloud.addProcess(instance, { type: 'custom', command: 'php artisan legacy:poll' });
  return { staging, qa, demo };
}

const declared: Prepare = () => ({ inputs: { environment: 'production' }, files: { [file]: manifest } });
const severalDeclared: Prepare = () => ({ inputs: { prune: 'true' }, files: { [file]: fleetManifest } });

export const applyScenarios = [
  ...scenariosOf(action, declared, {
    'two processes to create on one instance': costing(5, [...lookUp, list, create, create], () => undefined),
    'two processes as declared on one instance': costing(3, lookUp, (world) => {
      converged(world);
    }),
    'one process to update, one to prune': costing(5, [...lookUp, update, remove], (world) => {
      drifted(world);
      return { inputs: { prune: 'true' } };
    }),
    'one process as declared on each of 40 instances': costing(3, lookUp, (world) => ({
      files: { [file]: manyInstances(world, 40) },
    })),
    'one process as declared on each of 400 instances': costing(
      4,
      [...lookUp, ...Array(3).fill(instances)],
      (world) => ({ files: { [file]: manyInstances(world, 400) } }),
    ),
    '`dry-run`': costing(3, lookUp, () => ({ inputs: { 'dry-run': 'true' } })),
    '`dry-run`, `prune`: one to create, one to update, one to delete': (world) => {
      drifted(world);
      world.cloud.removeProcess(world.cloud.processes[1]?.id ?? '');
      return { inputs: { prune: 'true', 'dry-run': 'true' } };
    },
    'one that is not declared stays without `prune`': (world) => {
      drifted(world);
    },
    'an empty list with `prune` clears the instance': (world) => {
      converged(world);
      return { inputs: { prune: 'true' }, files: { [file]: 'instances: { App: [] }' } };
    },
    '`prune` keeps the oldest of equal processes': ({ cloud, instance }) => {
      for (const day of [2, 1])
        cloud.addProcess(instance, { type: 'worker', createdAt: `2026-01-0${day}T00:00:00.000000Z` });
      return { inputs: { prune: 'true' }, files: { [file]: 'instances: { App: [{ type: worker }] }' } };
    },
    'two equal processes, refused without `prune`': ({ cloud, instance }) => {
      for (const type of ['worker', 'worker'] as const) cloud.addProcess(instance, { type });
      return { files: { [file]: 'instances: { App: [{ type: worker }] }' } };
    },
    '`redeploy`: one deployment for all changes': ({ cloud }) => {
      cloud.options.deploymentScript = ['pending', 'deployment.succeeded'];
      return { inputs: { redeploy: 'true' } };
    },
    '`redeploy`, nothing to change: deploys where the newest deployment failed': (world) => {
      converged(world);
      world.cloud.options.deploymentScript = ['pending', 'deployment.succeeded'];
      world.cloud.addDeployment(world.environment, { script: ['build.failed'] });
      return { inputs: { redeploy: 'true' } };
    },
    '`verify-command`: unchanged, and younger than the newest deployment': (world) => {
      world.cloud.deployed(world.environment);
      converged(world);
      return { inputs: { 'verify-command': 'php artisan queue:canary' } };
    },
    '`redeploy`: the deployment fails': (world) => {
      drifted(world);
      world.cloud.options.deploymentScript = ['pending', 'build.failed'];
      return { inputs: { redeploy: 'true' } };
    },
    'an update that is refused holds back the deletes': (world) => {
      drifted(world);
      const text = 'The processes field must not be greater than 1.';
      const body = { message: text, errors: { processes: [text] } };
      world.faults.add({ kind: 'status', status: 422, body, on: 'PATCH' });
      return { inputs: { prune: 'true' } };
    },
    '`dry-run`: an environment that hibernates without requests': ({ environment }) => {
      Object.assign(environment, { usesHibernation: true });
      return { inputs: { 'dry-run': 'true' } };
    },
    '`dry-run`: a plan that takes minutes, and more than the memory holds': () => {
      const processes = Array.from({ length: 60 }, (_, n) => `    - { type: custom, command: job ${n} }`);
      const text = `instances:\n  App:\n${processes.join('\n')}\n`;
      return { inputs: { 'dry-run': 'true' }, files: { [file]: text } };
    },
    '`fail-on-change`: green': (world) => {
      converged(world);
      return { inputs: { 'dry-run': 'true', 'fail-on-change': 'true' } };
    },
    '`fail-on-change`: red': (world) => {
      drifted(world);
      return { inputs: { prune: 'true', 'dry-run': 'true', 'fail-on-change': 'true' } };
    },
    'a create that is refused holds back the deletes': (world) => {
      world.cloud.addProcess(world.instance, { type: 'custom', command: 'php artisan horizon' });
      const body = { message: 'Invalid.', errors: { 'config.tries': ['Too many.'] } };
      world.faults.add({ kind: 'status', status: 422, body, on: 'POST .*/background-processes$' });
      const one = 'instances: { App: [{ type: worker, config: { tries: 99 } }] }';
      return { inputs: { prune: 'true' }, files: { [file]: one } };
    },
    'mistakes in the manifest, each at its place': () => ({
      files: {
        [file]:
          'instances:\n  App:\n    - type: wroker\n    - { type: custom, comand: x }\n    - { type: worker, processes: 99 }\n',
      },
    }),
    'names of instances that are not there, or mean the same': ({ instance }) => ({
      files: { [file]: `instances:\n  App: []\n  ${instance.id}: []\n  Ap: []\n` },
    }),
    'a managed queue, refused': ({ cloud, environment }) => {
      cloud.addManagedQueue(environment, { name: 'emails' });
      return { files: { [file]: 'instances: { emails: [{ type: worker }] }' } };
    },
    'no manifest': () => ({ files: {} }),
  }),
  ...scenariosOf(action, severalDeclared, {
    '`dry-run`: a file of several environments': (world) => {
      fleet(world);
      return { inputs: { 'dry-run': 'true' } };
    },
    'a file of several environments, of which one is refused': (world) => {
      fleet(world);
      world.faults.add({ kind: 'status', status: 422, body: { message: 'No.' }, on: 'PATCH' });
    },
  }),
];
