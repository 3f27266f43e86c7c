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
  App: [{ type: worker }, { type: worker, config: { queue: high } }, { type: custom, command: php artisan x }]
  workers: [{ type: worker }, { type: worker, config: { queue: high } }]
`;

/** A shop with a second instance, and the manifest for both. */
function world(emulator: Emulator) {
  const shop = seedShop(emulator);
  const workers = emulator.cloud.addInstance(shop.environment, { name: 'workers', type: 'service' });
  const files = { '.github/background-processes.yml': manifest };
  return { ...shop, workers, files, inputs: { environment: 'main' } };
}

/** What the manifest declares. */
function fill({ cloud }: Emulator, { instance, workers }: ReturnType<typeof world>): void {
  for (const each of [instance, workers]) {
    cloud.addProcess(each, { type: 'worker' });
    cloud.addProcess(each, { type: 'worker', config: { queue: 'high' } });
  }
  cloud.addProcess(instance, { type: 'custom', command: 'php artisan x' });
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
    title: 'found by its command, `instance` by id',
    requests: [list, remove],
    prepare: (emulator) => {
      const { instance } = seedShop(emulator);
      emulator.cloud.addProcess(instance, { type: 'custom', command: 'php artisan x' });
      return { inputs: { instance: instance.id, command: 'php artisan x' } };
    },
  },
  {
    action: 'delete',
    title: '`process-id`',
    requests: ['GET /background-processes/{id}', remove],
    prepare: (emulator) => {
      const { instance } = seedShop(emulator);
      return { inputs: { 'process-id': emulator.cloud.addProcess(instance, { type: 'worker' }).id } };
    },
  },
  {
    action: 'apply',
    title: '5 processes on 2 instances, all missing',
    requests: [...lookUp, list, list, ...Array.from({ length: 5 }, () => create), list, list],
    prepare: (emulator) => {
      const { inputs, files } = world(emulator);
      return { inputs, files };
    },
  },
  {
    action: 'apply',
    title: '5 processes on 2 instances, all as declared',
    requests: [...lookUp, list, list],
    prepare: (emulator) => {
      const there = world(emulator);
      fill(emulator, there);
      return { inputs: there.inputs, files: there.files };
    },
  },
  {
    action: 'apply',
    title: '5 processes on 2 instances, one drifted, one too many, `prune`',
    requests: [...lookUp, list, list, update, remove],
    prepare: (emulator) => {
      const there = world(emulator);
      fill(emulator, there);
      const [drifted] = emulator.cloud.listProcesses(there.workers);
      if (drifted !== undefined) drifted.processes = 3;
      emulator.cloud.addProcess(there.workers, { type: 'worker', config: { queue: 'old' } });
      return { inputs: { ...there.inputs, prune: 'true' }, files: there.files };
    },
  },
];
