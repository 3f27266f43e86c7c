import type { ActionOptions } from '../e2e/harness/run-action.ts';
import { seedShop } from '../emulator/seed.ts';
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

export const cases: readonly BenchCase[] = [
  oneCase('create', 'not', 1),
  oneCase('unchanged by name', 'by-name', 0),
  oneCase('missing by id', 'by-id', 1),
  oneCase('missing by name', 'by-name', 1),
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

/** One process of the root action, which is there if none is to be created. */
function oneCase(title: string, find: 'not' | 'by-id' | 'by-name', create: 0 | 1): BenchCase {
  return {
    title,
    prepare: (emulator) => {
      const { instance } = seedShop(emulator);
      if (create === 0)
        emulator.cloud.addProcess(instance, { type: 'worker', processes: 1, config: { queue: 'q0' } });
      const target: Record<string, string> =
        find === 'by-name' ? { environment: 'main' } : { instance: instance.id };
      const inputs = find === 'not' ? { 'if-exists': 'create' } : { queue: 'q0' };
      return {
        action: { action: '.', inputs: { ...target, ...inputs } },
        bare: { instance: instance.id, find, create },
      };
    },
  };
}

function fleetCase(environments: number, state: 'unchanged' | 'all new'): BenchCase {
  return {
    title: `${environments} environments, ${state}`,
    prepare: ({ cloud }) => {
      const application = cloud.addApplication({ name: 'shop', repository: 'acme/shop' });
      for (let n = 0; n < environments; n++) {
        const name = `preview-${n}`;
        const instance = cloud.addInstance(cloud.addEnvironment(application, { name, branch: name }));
        if (state === 'all new') continue;
        for (const queue of queues)
          cloud.addProcess(instance, { type: 'worker', processes: 1, config: { queue } });
      }
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
