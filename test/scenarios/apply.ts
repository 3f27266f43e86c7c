import { manyInstances } from './many-instances.ts';
import { cloud as request } from './requests.ts';
import type { Scenario, World } from './scenario.ts';

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
const inputs = { environment: 'production' };
const files = { [file]: manifest };

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

export const applyScenarios: readonly Scenario[] = [
  {
    action,
    title: 'two processes to create on one instance',
    costs: { requests: [...lookUp, list, create, create], depth: 5 },
    prepare: () => ({ inputs, files }),
  },
  {
    action,
    title: 'two processes as declared on one instance',
    costs: { requests: lookUp, depth: 3 },
    prepare: (world) => {
      converged(world);
      return { inputs, files };
    },
  },
  {
    action,
    title: 'one process to update, one to prune',
    costs: { requests: [...lookUp, update, remove], depth: 5 },
    prepare: (world) => {
      drifted(world);
      return { inputs: { ...inputs, prune: 'true' }, files };
    },
  },
  {
    action,
    title: 'one process as declared on each of 40 instances',
    costs: { requests: lookUp, depth: 3 },
    prepare: (world) => ({ inputs, files: { [file]: manyInstances(world, 40) } }),
  },
  {
    action,
    title: 'one process as declared on each of 400 instances',
    costs: { requests: [...lookUp, ...Array(3).fill(instances)], depth: 4 },
    prepare: (world) => ({ inputs, files: { [file]: manyInstances(world, 400) } }),
  },
  {
    action,
    title: '`dry-run`',
    costs: { requests: lookUp, depth: 3 },
    prepare: () => ({ inputs: { ...inputs, 'dry-run': 'true' }, files }),
  },
  {
    action,
    title: '`dry-run`, `prune`: one to create, one to update, one to delete',
    prepare: (world) => {
      drifted(world);
      world.cloud.removeProcess(world.cloud.processes[1]?.id ?? '');
      return { inputs: { ...inputs, prune: 'true', 'dry-run': 'true' }, files };
    },
  },
  {
    action,
    title: 'one that is not declared stays without `prune`',
    prepare: (world) => {
      drifted(world);
      return { inputs, files };
    },
  },
  {
    action,
    title: 'an empty list with `prune` clears the instance',
    prepare: (world) => {
      converged(world);
      return { inputs: { ...inputs, prune: 'true' }, files: { [file]: 'instances: { App: [] }' } };
    },
  },
  {
    action,
    title: '`prune` keeps the oldest of equal processes',
    prepare: ({ cloud, instance }) => {
      for (const day of [2, 1])
        cloud.addProcess(instance, { type: 'worker', created_at: `2026-01-0${day}T00:00:00.000000Z` });
      return {
        inputs: { ...inputs, prune: 'true' },
        files: { [file]: 'instances: { App: [{ type: worker }] }' },
      };
    },
  },
  {
    action,
    title: 'two equal processes, refused without `prune`',
    prepare: ({ cloud, instance }) => {
      for (const type of ['worker', 'worker'] as const) cloud.addProcess(instance, { type });
      return { inputs, files: { [file]: 'instances: { App: [{ type: worker }] }' } };
    },
  },
  {
    action,
    title: '`redeploy`: one deployment for all changes',
    prepare: ({ cloud }) => {
      cloud.options.deploymentScript = ['pending', 'deployment.succeeded'];
      return { inputs: { ...inputs, redeploy: 'true' }, files };
    },
  },
  {
    action,
    title: '`redeploy`, nothing to change: deploys where the newest deployment failed',
    prepare: (world) => {
      converged(world);
      world.cloud.options.deploymentScript = ['pending', 'deployment.succeeded'];
      world.cloud.addDeployment(world.environment, { script: ['build.failed'] });
      return { inputs: { ...inputs, redeploy: 'true' }, files };
    },
  },
  {
    action,
    title: '`verify-command`: unchanged, and younger than the newest deployment',
    prepare: (world) => {
      world.cloud.deployed(world.environment);
      converged(world);
      return { inputs: { ...inputs, 'verify-command': 'php artisan queue:canary' }, files };
    },
  },
  {
    action,
    title: '`redeploy`: the deployment fails',
    prepare: (world) => {
      drifted(world);
      world.cloud.options.deploymentScript = ['pending', 'build.failed'];
      return { inputs: { ...inputs, redeploy: 'true' }, files };
    },
  },
  {
    action,
    title: 'an update that is refused holds back the deletes',
    prepare: (world) => {
      drifted(world);
      const text = 'The processes field must not be greater than 1.';
      const body = { message: text, errors: { processes: [text] } };
      world.faults.add({ kind: 'status', status: 422, body, on: 'PATCH' });
      return { inputs: { ...inputs, prune: 'true' }, files };
    },
  },
  {
    action,
    title: '`dry-run`: a file of several environments',
    prepare: (world) => {
      fleet(world);
      return { inputs: { prune: 'true', 'dry-run': 'true' }, files: { [file]: fleetManifest } };
    },
  },
  {
    action,
    title: 'a file of several environments, of which one is refused',
    prepare: (world) => {
      fleet(world);
      world.faults.add({ kind: 'status', status: 422, body: { message: 'No.' }, on: 'PATCH' });
      return { inputs: { prune: 'true' }, files: { [file]: fleetManifest } };
    },
  },
  {
    action,
    title: '`dry-run`: an environment that hibernates without requests',
    prepare: ({ environment }) => {
      Object.assign(environment, { usesHibernation: true });
      return { inputs: { ...inputs, 'dry-run': 'true' }, files };
    },
  },
  {
    action,
    title: '`dry-run`: a plan that takes minutes, and more than the memory holds',
    prepare: () => {
      const processes = Array.from({ length: 60 }, (_, n) => `    - { type: custom, command: job ${n} }`);
      const text = `instances:\n  App:\n${processes.join('\n')}\n`;
      return { inputs: { ...inputs, 'dry-run': 'true' }, files: { [file]: text } };
    },
  },
  {
    action,
    title: '`fail-on-change`: green',
    prepare: (world) => {
      converged(world);
      return { inputs: { ...inputs, 'dry-run': 'true', 'fail-on-change': 'true' }, files };
    },
  },
  {
    action,
    title: '`fail-on-change`: red',
    prepare: (world) => {
      drifted(world);
      return { inputs: { ...inputs, prune: 'true', 'dry-run': 'true', 'fail-on-change': 'true' }, files };
    },
  },
  {
    action,
    title: 'a create that is refused holds back the deletes',
    prepare: (world) => {
      world.cloud.addProcess(world.instance, { type: 'custom', command: 'php artisan horizon' });
      const body = { message: 'Invalid.', errors: { 'config.tries': ['Too many.'] } };
      world.faults.add({ kind: 'status', status: 422, body, on: 'POST .*/background-processes$' });
      const one = 'instances: { App: [{ type: worker, config: { tries: 99 } }] }';
      return { inputs: { ...inputs, prune: 'true' }, files: { [file]: one } };
    },
  },
  {
    action,
    title: 'mistakes in the manifest, each at its place',
    prepare: () => ({
      inputs,
      files: {
        [file]:
          'instances:\n  App:\n    - type: wroker\n    - { type: custom, comand: x }\n    - { type: worker, processes: 99 }\n',
      },
    }),
  },
  {
    action,
    title: 'names of instances that are not there, or mean the same',
    prepare: ({ instance }) => ({
      inputs,
      files: { [file]: `instances:\n  App: []\n  ${instance.id}: []\n  Ap: []\n` },
    }),
  },
  {
    action,
    title: 'a managed queue, refused',
    prepare: ({ cloud, environment }) => {
      cloud.addManagedQueue(environment, { name: 'emails' });
      return { inputs, files: { [file]: 'instances: { emails: [{ type: worker }] }' } };
    },
  },
  {
    action,
    title: 'no manifest',
    prepare: () => ({ inputs }),
  },
];
