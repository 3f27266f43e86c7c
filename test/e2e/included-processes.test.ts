import { expect, test } from 'vitest';
import type { IncludeManners } from '../emulator/cloud-options.ts';
import type { StepRun } from './harness/run-action.ts';
import { manifestFile, openShop } from './harness/shop.ts';

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

async function openWorld(includes: IncludeManners) {
  const shop = await openShop({ includes });
  const { cloud, requests } = shop.emulator;
  const workers = cloud.addInstance(shop.environment, { name: 'workers', type: 'service' });
  cloud.addProcess(shop.instance, { type: 'worker', processes: 1 });
  cloud.addProcess(shop.instance, { type: 'custom', command: 'php artisan reverb:start' });
  cloud.addProcess(workers, { type: 'worker', config: { queue: 'high' } });
  const files = { [manifestFile]: manifest };
  return {
    run: (action: string, inputs: Record<string, string> = {}): Promise<StepRun> =>
      shop.run({ environment: shop.environment.id, ...inputs }, { action, files }),
    /** How many requests listed the processes of one instance. */
    listings: () => requests.filter(({ path }) => /\/instances\/[^/]+\/background-/.test(path)).length,
    count: () => cloud.processes.length,
    [Symbol.asyncDispose]: () => shop.emulator.close(),
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
