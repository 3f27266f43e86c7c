import { seedShop } from '../emulator/seed.ts';
import type { Scenario } from './scenario.ts';

const action = '.';
const list = 'GET /instances/{id}/background-processes';
const create = 'POST /instances/{id}/background-processes';
const lookUp = [
  'GET /applications',
  'GET /applications/{id}/environments',
  'GET /environments/{id}/instances',
];

export const rootScenarios: readonly Scenario[] = [
  {
    action,
    title: '`if-exists: create`, `instance` by id',
    requests: [create],
    depth: 1,
    prepare: (emulator) => ({ inputs: { instance: seedShop(emulator).instance.id, 'if-exists': 'create' } }),
  },
  {
    action,
    title: 'the process is missing, `instance` by id',
    requests: [list, list, create],
    depth: 3,
    prepare: (emulator) => ({ inputs: { instance: seedShop(emulator).instance.id } }),
  },
  {
    action,
    title: 'the process is as declared, `instance` by id',
    requests: [list],
    depth: 1,
    prepare: (emulator) => {
      const { instance } = seedShop(emulator);
      emulator.cloud.addProcess(instance, { type: 'worker', processes: 1 });
      return { inputs: { instance: instance.id } };
    },
  },
  {
    action,
    title: 'the process has drifted, `instance` by id',
    requests: [list, 'PATCH /background-processes/{id}'],
    depth: 2,
    prepare: (emulator) => {
      const { instance } = seedShop(emulator);
      emulator.cloud.addProcess(instance, { type: 'worker', processes: 1 });
      return { inputs: { instance: instance.id, processes: '2' } };
    },
  },
  {
    action,
    title: 'the process is as declared, `process-id`',
    requests: ['GET /background-processes/{id}'],
    depth: 1,
    prepare: (emulator) => {
      const { instance } = seedShop(emulator);
      const process = emulator.cloud.addProcess(instance, { type: 'worker', processes: 1 });
      return { inputs: { 'process-id': process.id } };
    },
  },
  {
    action,
    title: 'the process is as declared, `environment` by id',
    requests: ['GET /environments/{id}/instances'],
    depth: 1,
    prepare: (emulator) => {
      const { environment, instance } = seedShop(emulator);
      emulator.cloud.addProcess(instance, { type: 'worker', processes: 1 });
      return { inputs: { environment: environment.id } };
    },
  },
  {
    action,
    title: 'the process is as declared, `environment` by name or branch',
    requests: lookUp,
    depth: 3,
    prepare: (emulator) => {
      const { instance } = seedShop(emulator);
      emulator.cloud.addProcess(instance, { type: 'worker', processes: 1 });
      return { inputs: { environment: 'main' } };
    },
  },
  {
    action,
    title: 'the process is missing, `environment` by id',
    requests: ['GET /environments/{id}/instances', create, list],
    depth: 3,
    prepare: (emulator) => ({ inputs: { environment: seedShop(emulator).environment.id } }),
  },
  {
    action,
    title: 'the process is missing, `environment` by name or branch',
    requests: [...lookUp, create, list],
    depth: 5,
    prepare: (emulator) => {
      seedShop(emulator);
      return { inputs: { environment: 'main' } };
    },
  },
  {
    action,
    title: '`dry-run`, `environment` by name or branch',
    requests: lookUp,
    depth: 3,
    prepare: (emulator) => {
      seedShop(emulator);
      return { inputs: { environment: 'main', 'dry-run': 'true' } };
    },
  },
  {
    action,
    title: 'the process is missing, `redeploy`, a deployment that is over when first looked at',
    requests: [
      ...lookUp,
      'GET /deployments/{id}',
      'GET /environments/{id}/deployments',
      list,
      'POST /environments/{id}/deployments',
      create,
    ],
    depth: 7,
    prepare: (emulator) => {
      seedShop(emulator);
      emulator.cloud.options.deploymentScript = ['pending', 'deployment.succeeded'];
      return { inputs: { environment: 'main', redeploy: 'true' } };
    },
  },
];
