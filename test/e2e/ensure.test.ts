import { describe, expect, test } from 'vitest';
import { openShop } from './harness/shop.ts';

const worker = (config: Record<string, unknown> = {}): Record<string, string> => ({
  'config-json': JSON.stringify(config),
});

describe.concurrent('the same step twice', () => {
  test.each<[string, Record<string, string>]>([
    [
      'a worker with options',
      { processes: '3', ...worker({ queue: 'high,default', tries: 3, force: true }) },
    ],
    ['a worker without options', {}],
    ['a custom process', { type: 'custom', command: 'php artisan reverb:start' }],
  ])('creates %s, then leaves it unchanged', async (_title, inputs) => {
    await using shop = await openShop();
    const first = await shop.run(inputs);
    const second = await shop.run(inputs);

    expect(first.outputs['outcome']).toBe('created');
    expect(second.outputs['outcome']).toBe('unchanged');
    expect(second.outputs['process-id']).toBe(first.outputs['process-id']);
    expect(second.outputs['changes-json']).toBe('{}');
    expect(shop.writes()).toEqual([expect.stringMatching(/^POST/)]);
    expect(first.notices[0]).toContain('take effect with the environment’s next deploy');
    expect(second.notices).toEqual([]);
  });
});

test.concurrent.each(['../instances', 'process-a/b?c#d', 'process-/..'])(
  'a pinned process is not looked for by %s, which is no id',
  async (id) => {
    await using shop = await openShop();
    const step = await shop.run({ 'process-id': id });

    expect(step.errors).toEqual([
      `A problem with the inputs: process-id: must be an id such as process-…, not "${id}". No request was made.`,
    ]);
    expect(shop.emulator.requests).toEqual([]);
  },
);

test.concurrent('a process that is named by its id is called by what it is', async () => {
  await using shop = await openShop();
  const { id } = shop.cloud.addProcess(shop.instance, { type: 'worker', config: { queue: 'mail' } });
  const step = await shop.run({ 'process-id': id, processes: '2' });

  expect(step.log).toContain(`Updated the worker on queue mail`);
  expect(step.notices.join()).toContain('The worker on queue mail');
  expect(`${step.log}${step.notices.join()}`).not.toContain('queue default');
});
