import type { ActionOptions } from '../e2e/harness/run-action.ts';
import { seedFleet, seedShop } from '../emulator/seed.ts';
import type { Emulator } from '../emulator/server.ts';

/** One use of an action, and the bare script that does the same with the least requests. */
export interface BenchCase {
  readonly title: string;
  /** Lays out the world. */
  prepare(emulator: Emulator): {
    readonly action: Omit<ActionOptions, 'env'>;
    readonly bare: {
      readonly instance: string;
      readonly find: 'not' | 'by-id' | 'by-name' | 'in-all';
      /** On each instance that is found. */
      readonly create: number;
    };
  };
}

const worker = { queue: 'q0' };
const one = { 'config-json': JSON.stringify(worker) };

export const cases: readonly BenchCase[] = [
  {
    title: 'create',
    prepare: (emulator) => {
      const { id } = seedShop(emulator).instance;
      return {
        action: { action: '.', inputs: { instance: id, 'if-exists': 'create' } },
        bare: { instance: id, find: 'not', create: 1 },
      };
    },
  },
  {
    title: 'unchanged by name',
    prepare: (emulator) => {
      const { instance } = seedShop(emulator);
      emulator.cloud.addProcess(instance, { type: 'worker', processes: 1, config: worker });
      return {
        action: { action: '.', inputs: { environment: 'main', ...one } },
        bare: { instance: instance.id, find: 'by-name', create: 0 },
      };
    },
  },
  {
    title: 'missing by id',
    prepare: (emulator) => {
      const { id } = seedShop(emulator).instance;
      return {
        action: { action: '.', inputs: { instance: id, ...one } },
        bare: { instance: id, find: 'by-id', create: 1 },
      };
    },
  },
  {
    title: 'missing by name',
    prepare: (emulator) => {
      const { id } = seedShop(emulator).instance;
      return {
        action: { action: '.', inputs: { environment: 'main', ...one } },
        bare: { instance: id, find: 'by-name', create: 1 },
      };
    },
  },
  ...[1, 10, 100, 1_000].map(applyCase),
  ...[1, 30, 100].flatMap((environments) => [
    fleetCase(environments, 'unchanged'),
    fleetCase(environments, 'all new'),
  ]),
];

/** Of each environment. */
const queues = ['q0', 'q1', 'q2'];

/** A file of so many environments with three processes each. */
const fleetFile = `.github/background-processes.yml`;
const fleetText = [
  'defaults:',
  '  instances:',
  '    App:',
  ...queues.map((queue) => `      - { type: worker, config: { queue: ${queue} } }`),
  'environments: { "*": {} }',
  '',
].join('\n');

function fleetCase(environments: number, state: 'unchanged' | 'all new'): BenchCase {
  return {
    title: `${environments} environments, ${state}`,
    prepare: (emulator) => {
      seedFleet(emulator, {
        environments,
        fill: (instance) => {
          if (state === 'all new') return;
          for (const queue of queues)
            emulator.cloud.addProcess(instance, { type: 'worker', processes: 1, config: { queue } });
        },
      });
      return {
        action: { action: 'apply', inputs: {}, files: { [fleetFile]: fleetText } },
        bare: { instance: '', find: 'in-all', create: state === 'unchanged' ? 0 : queues.length },
      };
    },
  };
}

function applyCase(count: number): BenchCase {
  const lines = Array.from({ length: count }, (_, n) => `    - { type: worker, config: { queue: q${n} } }`);
  const files = { '.github/background-processes.yml': ['instances:', '  App:', ...lines, ''].join('\n') };
  return {
    title: `apply of ${count}`,
    prepare: (emulator) => ({
      action: { action: 'apply', inputs: { environment: 'main' }, files },
      bare: { instance: seedShop(emulator).instance.id, find: 'by-name', create: count },
    }),
  };
}
