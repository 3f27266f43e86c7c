import { describe, expect, test } from 'vitest';
import { openShop } from './harness/shop.ts';

const manifest = '.github/background-processes.yml';

describe.concurrent('a command that ends at once is pointed out, and carried out all the same', () => {
  test('by the root action', async () => {
    await using shop = await openShop();
    const step = await shop.run({ type: 'custom', command: 'php artisan schedule:run' });

    expect(step.outputs['outcome']).toBe('created');
    expect(step.warnings).toEqual([
      'The custom process "php artisan schedule:run" does something and ends. A background process that ends is started again and again, which can take its cluster down: use php artisan schedule:work, or the scheduler of Laravel Cloud.',
    ]);
  });

  test('by apply, where it is declared', async () => {
    await using shop = await openShop();
    const text = `instances:
  App:
    - type: custom
      command: php artisan migrate --force
    - type: custom
      command: php artisan schedule:work
`;
    const inputs = { environment: shop.environment.id };
    const step = await shop.run(inputs, { action: 'apply', files: { [manifest]: text } });

    expect(step.exitCode).toBe(0);
    const warnings = step.commands.filter(({ command }) => command === 'warning');
    expect(warnings.map(({ properties }) => [properties['file'], properties['line']])).toEqual([
      [manifest, '3'],
      [manifest, '5'],
    ]);
    expect(warnings[0]?.message).toContain('deploy commands');
    expect(warnings[1]?.message).toContain('would run up to 4 times at once');
  });
});

describe.concurrent('a command that cannot be one is refused before anything is sent', () => {
  test.each([
    ['php artisan a\nphp artisan b', 'must be one line'],
    ['ls', 'must have 3 to 500 characters, and has 2'],
    ['x'.repeat(501), 'must have 3 to 500 characters, and has 501'],
  ])('%j', async (command, why) => {
    await using shop = await openShop();
    const step = await shop.run({ type: 'custom', command });

    expect(step.errors[0]).toContain(`command: ${why}`);
    expect(shop.requests()).toEqual([]);
  });
});

describe.concurrent('a worker that a changed queue list has left behind', () => {
  test('is named in one notice', async () => {
    await using shop = await openShop();
    await shop.run({ 'config-json': '{"queue": "high"}' });
    const [left] = shop.ids();
    const step = await shop.run({ 'config-json': '{"queue": "high,default"}' });

    expect(step.outputs['outcome']).toBe('created');
    expect(step.notices[0]).toBe(
      `1 other worker on the instance serves "high": worker on queue high (${left}). If a changed queue list has left it behind, delete it.`,
    );
  });

  test('is none that serves other queues', async () => {
    await using shop = await openShop();
    await shop.run({ 'config-json': '{"queue": "low"}' });
    const step = await shop.run({ 'config-json': '{"queue": "high,default"}' });

    expect(step.notices.join()).not.toContain('other worker');
  });
});

test('where the app sleeps, what a number of processes amounts to is the most that there can be', async () => {
  await using shop = await openShop();
  const workers = {
    name: 'workers',
    type: 'service',
    minReplicas: 1,
    maxReplicas: 3,
    sleepWithApp: true,
  } as const;
  shop.emulator.cloud.addInstance(shop.environment, workers);
  const step = await shop.run({ environment: 'main', instance: 'workers', processes: '2' });

  expect(step.summary).toContain('× up to 3 replicas = up to 6 in total, and none while it sleeps');
});
