import { seedShop } from '../emulator/seed.ts';
import type { Emulator } from '../emulator/server.ts';
import type { Scenario } from './scenario.ts';

const list = 'GET /instances/{id}/background-processes';
const create = 'POST /instances/{id}/background-processes';
const update = 'PATCH /background-processes/{id}';
const remove = 'DELETE /background-processes/{id}';
const lookUp = [
  'GET /applications',
  'GET /applications/{id}/environments',
  'GET /environments/{id}/instances',
];

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
const files = { '.github/background-processes.yml': manifest };

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

export const cloudScenarios: readonly Scenario[] = [
  {
    action: 'list',
    title: '`instance` by id',
    requests: [list],
    prepare: (emulator) => ({ inputs: { instance: seedShop(emulator).instance.id } }),
  },
  {
    action: 'list',
    title: '`environment` by name or branch',
    requests: [...lookUp, list],
    prepare: (emulator) => {
      seedShop(emulator);
      return { inputs: { environment: 'main' } };
    },
  },
  {
    action: 'delete',
    title: 'by what identifies it, `instance` by id',
    requests: [list, remove],
    prepare: (emulator) => ({
      inputs: { instance: converged(emulator).id, type: 'custom', command: 'php artisan reverb:start' },
    }),
  },
  {
    action: 'delete',
    title: 'absent, `instance` by id',
    requests: [list],
    prepare: (emulator) => ({
      inputs: { instance: seedShop(emulator).instance.id, type: 'custom', command: 'php artisan horizon' },
    }),
  },
  {
    action: 'apply',
    title: 'two processes to create on one instance',
    requests: [...lookUp, list, list, create, create],
    prepare: (emulator) => {
      seedShop(emulator);
      return { inputs: apply, files };
    },
  },
  {
    action: 'apply',
    title: 'two processes as declared on one instance',
    requests: [...lookUp, list],
    prepare: (emulator) => {
      converged(emulator);
      return { inputs: apply, files };
    },
  },
  {
    action: 'apply',
    title: 'one process to update, one to prune',
    requests: [...lookUp, list, update, remove],
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
    title: '`dry-run`',
    requests: [...lookUp, list],
    prepare: (emulator) => {
      seedShop(emulator);
      return { inputs: { ...apply, 'dry-run': 'true' }, files };
    },
  },
];
