import { expect, test } from 'vitest';
import type { IncludeManners } from '../emulator/cloud-options.ts';
import { type Emulator, startEmulator } from '../emulator/server.ts';
import { runAction, type StepRun } from './harness/run-action.ts';

// Where an environment is named, its instances bring their processes along. Whatever a server makes of that, nothing is
// made twice, and nothing that is there counts as absent.

const manifest = `
instances:
  App:
    - type: worker
    - type: custom
      command: php artisan reverb:start
  workers:
    - type: worker
      config: { queue: high }
`;

interface World extends AsyncDisposable {
  readonly emulator: Emulator;
  run(action: string, inputs?: Record<string, string>): Promise<StepRun>;
  /** How many requests listed the processes of one instance. */
  listings(): number;
  count(): number;
}

async function openWorld(includes: IncludeManners): Promise<World> {
  const emulator = await startEmulator({ cloud: { includes } });
  const { cloud } = emulator;
  const environment = cloud.addEnvironment(cloud.addApplication({ name: 'shop' }), { name: 'production' });
  const [app, workers] = [
    cloud.addInstance(environment, { name: 'App', type: 'app' }),
    cloud.addInstance(environment, { name: 'workers', type: 'service' }),
  ];
  cloud.addProcess(app, { type: 'worker', processes: 1 });
  cloud.addProcess(app, { type: 'custom', command: 'php artisan reverb:start' });
  cloud.addProcess(workers, { type: 'worker', config: { queue: 'high' } });
  return {
    emulator,
    run: async (action, inputs = {}) =>
      await runAction({
        action,
        time: emulator.time,
        inputs: { token: emulator.token, 'api-url': emulator.url, environment: environment.id, ...inputs },
        files: { '.github/background-processes.yml': manifest },
      }),
    listings: () =>
      emulator.requests.filter(({ path }) => /\/instances\/[^/]+\/background-/.test(path)).length,
    count: () => cloud.processes.length,
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}

const manners: readonly (readonly [title: string, includes: IncludeManners, listings: number])[] = [
  ['brings all of them along', {}, 0],
  ['does not know of them', { ignores: ['backgroundProcesses'] }, 2],
  ['cuts short what it brings along', { atMost: 2 }, 1],
  ['leaves one out', { omits: ({ attributes }) => JSON.stringify(attributes).includes('reverb') }, 1],
];

test.concurrent.each(manners)('apply, against a server that %s', async (_, includes, listings) => {
  await using world = await openWorld(includes);
  const step = await world.run('apply', { prune: 'true' });

  expect(step.errors).toEqual([]);
  expect(step.outputs['outcome']).toBe('unchanged');
  expect(world.listings()).toBe(listings);
  expect(world.count()).toBe(3);
});

test.concurrent.each(manners)('the root action, against a server that %s', async (_, includes) => {
  await using world = await openWorld(includes);
  const inputs = { type: 'custom', command: 'php artisan reverb:start' };
  const step = await world.run('.', inputs);

  expect(step.errors).toEqual([]);
  expect(step.outputs['outcome']).toBe('unchanged');
  expect(world.count()).toBe(3);
});

test.concurrent.each(manners)('list and delete, against a server that %s', async (_, includes) => {
  await using world = await openWorld(includes);
  const listed = await world.run('list', { instance: 'workers' });
  const deleted = await world.run('delete', { command: 'php artisan reverb:start' });

  expect(listed.outputs['count']).toBe('1');
  expect(deleted.outputs['outcome']).toBe('deleted');
  expect(world.count()).toBe(2);
});
