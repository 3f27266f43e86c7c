import { describe, expect, test } from 'vitest';
import { busiest } from '../emulator/recorded-request.ts';
import { startForge } from './forge-world.ts';
import type { StepRun } from './harness/run-action.ts';
import { openShop, type Shop } from './harness/shop.ts';

/** An organization has 120 requests a minute, for its people and deployments, too. */
const whileWaiting = 30;

const lists = (ms: number) => ({ lag: { lists: ms } });
const custom = { type: 'custom', command: 'php artisan horizon' };

/** Fills the instance, so that a list of it takes so many pages. */
function fillPages({ emulator, instance }: Shop, pages: number): void {
  emulator.cloud.options.perPage = 20;
  for (let n = 1; n <= (pages - 1) * 20 + 1; n++)
    emulator.cloud.addProcess(instance, { type: 'custom', command: `php artisan other:${n}` });
}

async function apply(shop: Shop, creates: number): Promise<StepRun> {
  const lines = Array.from(
    { length: creates },
    (_, n) => `    - { type: custom, command: php artisan own:${n} }`,
  );
  const files = { '.github/background-processes.yml': ['instances:', '  App:', ...lines].join('\n') };
  return shop.run({ environment: 'production' }, { action: 'apply', files, timeoutMs: 120_000 });
}

/** Requests beyond those for the work itself, and for one reading at the beginning and one at the end. */
function expectCalm(requests: Shop['emulator']['requests'], needed: number): void {
  expect(busiest(requests)).toBeLessThanOrEqual(needed + whileWaiting);
}

describe('a run never storms while it waits', () => {
  test.each([
    ['lists that lag 20 s', 1, lists(20_000), 0],
    ['lists that lag 20 s', 5, lists(20_000), 0],
    ['one lost answer', 1, {}, 1],
    ['one lost answer', 5, {}, 1],
    ['one lost answer', 30, {}, 1],
    ['three lost answers', 5, {}, 3],
  ])('the root action, %s, with %i pages', async (_, pages, cloud, lost) => {
    await using shop = await openShop(cloud);
    fillPages(shop, pages);
    shop.emulator.faults.add({ kind: 'reset-before', on: 'POST', times: lost });
    const step = await shop.run(custom);

    expect(step.outputs['outcome']).toBe(lost < 3 ? 'created' : step.outputs['outcome']);
    expectCalm(shop.emulator.requests, 2 * 2 * pages + lost + 1);
  });

  test.each([
    ['lists that lag 20 s', 1, 10, lists(20_000), 0],
    ['lists that lag 20 s', 5, 10, lists(20_000), 0],
    ['lists that lag 5 s', 1, 100, lists(5_000), 0],
    ['four lost answers', 1, 10, {}, 4],
    ['four lost answers', 5, 10, {}, 4],
  ])('apply, %s, %i pages and %i processes to create', async (_, pages, creates, cloud, lost) => {
    await using shop = await openShop(cloud);
    fillPages(shop, pages);
    shop.emulator.faults.add({ kind: 'reset-before', on: 'POST', times: lost });
    const step = await apply(shop, creates);

    expect(step.outputs['created']).toBe(String(creates));
    expectCalm(shop.emulator.requests, 4 + 2 * 2 * pages + creates + lost);
  });

  test('a dozen jobs that each change and deploy one environment need two or three deployments', async () => {
    await using shop = await openShop({ deploymentTakes: 40_000 });
    const steps = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        shop.run({ type: 'custom', command: `php artisan job:${n}`, redeploy: 'true' }),
      ),
    );

    expect(steps.flatMap(({ errors }) => errors)).toEqual([]);
    const { deployments } = shop.emulator.cloud;
    expect(deployments.length).toBeLessThanOrEqual(3);
    expect(shop.emulator.cloud.listRunning(shop.instance)).toHaveLength(12);
    expect(busiest(shop.emulator.requests)).toBeLessThanOrEqual(12 * (6 + whileWaiting));
  });

  test.each([1, 5])('forge/apply, a list that lags 5 s, %i pages', async (pages) => {
    const world = await startForge('forge/apply', { forge: { listLag: 5_000 } });
    for (let n = 1; n < pages * 30; n++)
      world.emulator.forge.addProcess(world.server, { command: `php8.4 artisan other:${n}` });
    const lines = Array.from({ length: 10 }, (_, n) => `    - { command: php8.4 artisan own:${n} }`);
    const files = { '.github/forge-processes.yml': ['servers:', '  web-1:', ...lines].join('\n') };
    const step = await world.run({}, { files });
    await world.emulator.close();

    expect(step.errors).toEqual([]);
    // The last look of a wait does not wait for its turn.
    expectCalm(world.emulator.requests, 2 + 3 * (pages + 1) + 10);
  });

  test('forge/restart of twenty that are installing', async () => {
    const world = await startForge('forge/restart');
    const script = [...Array<string>(15).fill('installing'), 'running'];
    for (let n = 1; n <= 20; n++)
      world.emulator.forge.addProcess(world.server, { command: `php8.4 artisan own:${n}`, script });
    const step = await world.run({ 'wait-timeout': '120' });
    await world.emulator.close();

    expect(step.errors).toEqual([]);
    expectCalm(world.emulator.requests, 2 + 20);
  });
});
