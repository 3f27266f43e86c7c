import { seedShop } from '../emulator/seed.ts';
import type { Emulator } from '../emulator/server.ts';
import type { Scenario } from './scenario.ts';

const list = 'GET /instances/{id}/background-processes';
const create = 'POST /instances/{id}/background-processes';
const update = 'PATCH /background-processes/{id}';
const remove = 'DELETE /background-processes/{id}';
const instances = 'GET /environments/{id}/instances';
const lookUp = ['GET /applications', 'GET /applications/{id}/environments', instances];

const manifest = `
instances:
  App:
    - type: worker
      processes: 2
      config: { connection: redis, queue: "high,default" }
    - type: custom
      command: php artisan reverb:start
`;
const apply = { environment: 'production' };
const file = '.github/background-processes.yml';
const files = { [file]: manifest };

/** The world as the manifest declares it. */
function converged({ cloud, forge }: Emulator) {
  const { instance } = seedShop({ cloud, forge });
  cloud.addProcess(instance, {
    type: 'worker',
    processes: 2,
    config: { connection: 'redis', queue: 'high,default' },
  });
  cloud.addProcess(instance, { type: 'custom', processes: 1, command: 'php artisan reverb:start' });
  return instance;
}

/** So many instances with a worker each, and the manifest that declares them. */
function onManyInstances({ cloud, forge }: Emulator, count: number): string {
  const { environment, instance: app } = seedShop({ cloud, forge });
  const lines = ['instances:'];
  for (let n = 1; n <= count; n++) {
    const instance =
      n === 1 ? app : cloud.addInstance(environment, { name: `cluster-${n}`, type: 'service' });
    cloud.addProcess(instance, { type: 'worker', processes: 2 });
    lines.push(`  ${instance.name}:`, '    - { type: worker, processes: 2 }');
  }
  return lines.join('\n');
}

export const cloudScenarios: readonly Scenario[] = [
  {
    action: 'list',
    title: '`instance` by id',
    requests: [list],
    depth: 1,
    prepare: (emulator) => ({ inputs: { instance: seedShop(emulator).instance.id } }),
  },
  {
    action: 'list',
    title: '`environment` by name or branch, 10 instances',
    requests: lookUp,
    depth: 3,
    prepare: (emulator) => {
      onManyInstances(emulator, 10);
      return { inputs: { environment: 'main' } };
    },
  },
  {
    action: 'delete',
    title: 'by what identifies it, `instance` by id',
    requests: [list, remove],
    depth: 2,
    prepare: (emulator) => ({
      inputs: { instance: converged(emulator).id, type: 'custom', command: 'php artisan reverb:start' },
    }),
  },
  {
    action: 'delete',
    title: 'absent, which two looks must show, `instance` by id',
    requests: [list, list],
    depth: 2,
    prepare: (emulator) => ({
      inputs: { instance: seedShop(emulator).instance.id, type: 'custom', command: 'php artisan horizon' },
    }),
  },
  {
    action: 'apply',
    title: 'two processes to create on one instance',
    requests: [...lookUp, list, create, create],
    depth: 5,
    prepare: (emulator) => {
      seedShop(emulator);
      return { inputs: apply, files };
    },
  },
  {
    action: 'apply',
    title: 'two processes as declared on one instance',
    requests: lookUp,
    depth: 3,
    prepare: (emulator) => {
      converged(emulator);
      return { inputs: apply, files };
    },
  },
  {
    action: 'apply',
    title: 'one process to update, one to prune',
    requests: [...lookUp, update, remove],
    depth: 5,
    prepare: (emulator) => {
      const instance = converged(emulator);
      emulator.cloud.addProcess(instance, { type: 'custom', command: 'php artisan horizon' });
      const [worker] = emulator.cloud.listProcesses(instance);
      if (worker !== undefined) worker.processes = 1;
      return { inputs: { ...apply, prune: 'true' }, files };
    },
  },
  {
    action: 'apply',
    title: 'one process as declared on each of 40 instances',
    requests: lookUp,
    depth: 3,
    prepare: (emulator) => ({ inputs: apply, files: { [file]: onManyInstances(emulator, 40) } }),
  },
  {
    action: 'apply',
    title: 'one process as declared on each of 400 instances',
    requests: [...lookUp, ...Array(3).fill(instances)],
    depth: 4,
    prepare: (emulator) => ({ inputs: apply, files: { [file]: onManyInstances(emulator, 400) } }),
  },
  {
    action: 'apply',
    title: '`dry-run`',
    requests: lookUp,
    depth: 3,
    prepare: (emulator) => {
      seedShop(emulator);
      return { inputs: { ...apply, 'dry-run': 'true' }, files };
    },
  },
];
