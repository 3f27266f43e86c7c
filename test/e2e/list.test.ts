import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { seedShop } from '../emulator/seed.ts';
import { type Emulator, startEmulator } from '../emulator/server.ts';
import { expectNoToken, runAction, type StepRun } from './harness/run-action.ts';

let emulator: Emulator;
let shop: ReturnType<typeof seedShop>;

beforeEach(async () => {
  emulator = await startEmulator();
  shop = seedShop(emulator);
});

afterEach(() => emulator.close());

async function list(inputs: Record<string, string> = {}): Promise<StepRun> {
  const run = await runAction({
    action: 'list',
    time: emulator.time,
    inputs: { token: emulator.token, 'api-url': emulator.url, instance: shop.instance.id, ...inputs },
  });
  expectNoToken(run, emulator.token);
  return run;
}

describe('list shows an instance’s background processes', () => {
  test('each with what a matrix needs, options that are unset left out', async () => {
    const worker = emulator.cloud.addProcess(shop.instance, {
      type: 'worker',
      processes: 2,
      config: { connection: 'redis', queue: 'high' },
      strategy_type: 'queue_size',
      strategy_threshold: 5,
    });
    const custom = emulator.cloud.addProcess(shop.instance, {
      type: 'custom',
      command: 'php artisan reverb:start',
    });
    const run = await list();
    expect(run.errors).toEqual([]);
    expect(run.outputs).toEqual({
      'processes-json': expect.any(String),
      'ids-json': JSON.stringify([worker.id, custom.id]),
      count: '2',
      'instance-id': shop.instance.id,
    });
    expect(JSON.parse(run.outputs['processes-json'] ?? '')).toEqual([
      {
        id: worker.id,
        type: 'worker',
        processes: 2,
        command: 'php artisan queue:work redis --queue=high --quiet',
        config: { connection: 'redis', queue: 'high' },
        strategy: 'queue_size',
        strategy_threshold: 5,
        created_at: worker.createdAt,
        instance_id: shop.instance.id,
      },
      {
        id: custom.id,
        type: 'custom',
        processes: 1,
        command: 'php artisan reverb:start',
        config: {},
        strategy: 'none',
        strategy_threshold: null,
        created_at: custom.createdAt,
        instance_id: shop.instance.id,
      },
    ]);
    expect(run.summary).toContain(worker.id);
    // Three processes on two to four replicas.
    expect(run.summary).toContain('6–12');
    expect(emulator.requests).toHaveLength(1);
  });

  test('type leaves only those of one type', async () => {
    emulator.cloud.addProcess(shop.instance, { type: 'worker' });
    const custom = emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'php artisan x' });
    expect((await list({ type: 'custom' })).outputs['ids-json']).toBe(JSON.stringify([custom.id]));
    const wrong = await list({ type: 'daemon' });
    expect(wrong.errors[0]).toContain('type: must be worker or custom');
  });

  test('none is an empty list', async () => {
    const run = await list({ instance: '', environment: 'production' });
    expect(run.outputs).toEqual({
      'processes-json': '[]',
      'ids-json': '[]',
      count: '0',
      'instance-id': shop.instance.id,
    });
  });

  test('all pages are read', async () => {
    emulator.cloud.options.perPage = 2;
    for (let index = 0; index < 5; index++)
      emulator.cloud.addProcess(shop.instance, { type: 'custom', command: `php artisan ${index}` });
    expect((await list()).outputs['count']).toBe('5');
    expect(emulator.requests).toHaveLength(3);
  });
});
