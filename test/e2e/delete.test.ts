import { describe, expect, test } from 'vitest';
import { openShop } from './harness/shop.ts';

test.concurrent('where one of several cannot be deleted, the outputs name those that were', async () => {
  await using shop = await openShop();
  const command = 'php artisan x';
  const [first, second] = [1, 2].map(() => shop.cloud.addProcess(shop.instance, { type: 'custom', command }));
  shop.faults.add({ kind: 'status', status: 422, on: `DELETE ${second?.id}` });
  const run = await shop.run({ command, all: 'true' }, { action: 'delete' });

  expect(run.errors[0]).toContain('1 of 2 background processes not deleted');
  expect(run.outputs).toEqual({ outcome: 'deleted', 'ids-json': JSON.stringify([first?.id]), count: '1' });
});

describe.concurrent('delete wants to be told what is meant', () => {
  test.each([
    [
      {},
      'process-id: is empty. Say what to delete: process-id, or command, or queue (and connection) of a worker',
    ],
    [{ all: 'true' }, 'process-id: is empty'],
    [{ type: 'custom' }, 'command: is needed for type: custom'],
    [{ type: 'worker', command: 'php artisan x' }, 'command: is for type: custom'],
    [{ type: 'custom', 'config-json': '{}' }, 'config-json: is for type: worker'],
    [{ command: 'php artisan x', 'config-json': '{}' }, 'command: is for type: custom'],
    [{ command: 'php artisan x', queue: 'high' }, 'command: is for type: custom'],
    [
      { 'process-id': 'process-1', connection: 'redis' },
      'connection: has no effect together with process-id',
    ],
    [{ 'process-id': 'process-1', command: 'x' }, 'command: has no effect together with process-id'],
    [{ 'process-id': 'process-1', all: 'true' }, 'all: cannot be true together with process-id'],
    [{ 'process-id': 'inst-1' }, 'process-id: must be an id such as process-'],
    [{ 'config-json': '{"que": 1}' }, 'config-json: que: is not an option of a worker'],
  ])('%j is refused before any request', async (inputs: Record<string, string>, problem) => {
    await using shop = await openShop();
    const run = await shop.run({ instance: shop.instance.id, ...inputs }, { action: 'delete' });
    expect(run.errors[0]).toContain(problem);
    expect(shop.requests()).toEqual([]);
  });
});
