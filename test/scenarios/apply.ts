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
