import { describe, expect, test } from 'vitest';
import { busiest } from '../emulator/recorded-request.ts';
import { openForge, openShop, type Shop } from './harness/shop.ts';
import {
  allowed,
  applyStorms,
  dozenJobs,
  forgeApplyStorms,
  gateStorm,
  pagesRestartStorm,
  restartStorm,
  rootStorms,
  type Storm,
  serversStorm,
  stableStorm,
} from './storms.ts';

const custom = { type: 'custom', command: 'php artisan horizon' };

/** A shop whose instance is so full that a list of it takes the pages of the storm. */
async function openShopFor({ cloud, pages, lost }: Storm): Promise<Shop> {
  const shop = await openShop(cloud);
  const { emulator, instance } = shop;
  emulator.cloud.options.perPage = 20;
  for (let n = 1; n <= (pages - 1) * 20 + 1; n++)
    emulator.cloud.addProcess(instance, { type: 'custom', command: `php artisan other:${n}` });
  emulator.faults.add({ kind: 'reset', on: 'POST', times: lost });
  return shop;
}

/** A status that only the tenth look shows as running. */
const late = [...Array<string>(9).fill('starting'), 'running'];

/** Fills the pages of the storm with processes; so many of them start late. */
function fill({ emulator, server }: Shop, { pages }: Storm, starting = 0): void {
  for (let n = 1; n <= pages * 30 - 10; n++)
    emulator.forge.addProcess(server, {
      command: `php8.4 artisan own:${n}`,
      script: n <= starting ? late : ['running'],
    });
}

function expectCalm(requests: Shop['emulator']['requests'], storm: Storm): void {
  expect(busiest(requests)).toBeLessThanOrEqual(allowed(storm));
}

describe('a run never storms while it waits', () => {
  test.each(rootStorms)('the root action, $title, pages: $pages', async (storm) => {
    await using shop = await openShopFor(storm);
    const step = await shop.run(custom);

    if (storm.lost < 3) expect(step.outputs['outcome']).toBe('created');
    expectCalm(shop.emulator.requests, storm);
  });

  test.each(applyStorms)('apply, $title, pages: $pages', async (storm) => {
    await using shop = await openShopFor(storm);
    const lines = Array.from(
      { length: storm.creates },
      (_, n) => `    - { type: custom, command: php artisan own:${n} }`,
    );
    const manifest = ['instances:', '  App:', ...lines].join('\n');
    const step = await shop.apply(manifest, { environment: 'production' }, { timeoutMs: 120_000 });

    expect(step.outputs['created']).toBe(String(storm.creates));
    expectCalm(shop.emulator.requests, storm);
  });

  test('a dozen jobs that each change and deploy one environment need two or three deployments', async () => {
    await using shop = await openShop({ deploymentTakes: 40_000 });
    const steps = await Promise.all(
      Array.from({ length: dozenJobs.jobs }, (_, n) =>
        shop.run({ type: 'custom', command: `php artisan job:${n}`, redeploy: 'true' }),
      ),
    );

    expect(steps.flatMap(({ errors }) => errors)).toEqual([]);
    const { deployments } = shop.cloud;
    expect(deployments.length).toBeLessThanOrEqual(3);
    expect(shop.cloud.listRunning(shop.instance)).toHaveLength(dozenJobs.jobs);
    expectCalm(shop.emulator.requests, dozenJobs);
  });

  test.each(forgeApplyStorms)('forge/apply, $title, pages: $pages', async (storm) => {
    await using world = await openForge('forge/apply');
    world.forge.options.listLag = 5_000;
    for (let n = 1; n < storm.pages * 30; n++)
      world.forge.addProcess(world.server, { command: `php8.4 artisan other:${n}` });
    const lines = Array.from(
      { length: storm.creates },
      (_, n) => `    - { command: php8.4 artisan own:${n} }`,
    );
    const step = await world.apply(['servers:', '  web-1:', ...lines].join('\n'));

    expect(step.errors).toEqual([]);
    expectCalm(world.emulator.requests, storm);
  });

  test('forge/apply on eight servers, where the new processes take long to start', async () => {
    await using world = await openForge('forge/apply');
    const { forge } = world;
    forge.options.createScript = late;
    const organization = world.server.organization;
    const names = Array.from({ length: serversStorm.creates }, (_, n) => `many-${n}`);
    for (const name of names) forge.addServer(organization, { name });
    const lines = names.map((name) => `  ${name}: [{ command: php8.4 artisan horizon }]`);
    const step = await world.apply(['servers:', ...lines].join('\n'));

    expect(step.errors).toEqual([]);
    expectCalm(world.emulator.requests, serversStorm);
  });

  test('forge/apply that watches a server of ten pages', async () => {
    await using world = await openForge('forge/apply');
    fill(world, stableStorm);
    const text = 'servers: { web-1: [{ command: php8.4 artisan own:1 }] }';
    const step = await world.apply(text, { 'stable-for': '120' });

    expect(step.outputs['stable']).toBe('true');
    expectCalm(world.emulator.requests, stableStorm);
  });

  test('forge/list at a gate, with a list of ten pages', async () => {
    await using world = await openForge('forge/list');
    fill(world, gateStorm, 1);
    const step = await world.run({ 'require-status': 'running', 'wait-timeout': '600' });

    expect(step.errors).toEqual([]);
    expectCalm(world.emulator.requests, gateStorm);
  });

  test('forge/restart that waits for a list of five pages', async () => {
    await using world = await openForge('forge/restart');
    world.forge.options.restartScript = late;
    fill(world, pagesRestartStorm);
    const step = await world.run({ 'wait-timeout': '600' });

    expect(step.errors).toEqual([]);
    expectCalm(world.emulator.requests, pagesRestartStorm);
  });

  test('forge/restart of twenty that are installing', async () => {
    await using world = await openForge('forge/restart');
    const script = [...Array<string>(15).fill('installing'), 'running'];
    for (let n = 1; n <= 20; n++)
      world.forge.addProcess(world.server, { command: `php8.4 artisan own:${n}`, script });
    const step = await world.run({ 'wait-timeout': '120' });

    expect(step.errors).toEqual([]);
    expectCalm(world.emulator.requests, restartStorm);
  });
});
