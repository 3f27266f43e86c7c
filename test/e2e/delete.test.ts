import { describe, expect, test } from 'vitest';
import { openShop } from './harness/shop.ts';

test.concurrent('one that cannot be deleted does not save the rest, and the report is true', async () => {
  await using shop = await openShop();
  const command = 'php artisan x';
  const [first, second, third] = [1, 2, 3].map(() =>
    shop.cloud.addProcess(shop.instance, { type: 'custom', command }),
  );
  const body = { message: 'Locked.' };
  shop.faults.add({ kind: 'status', status: 422, body, on: `DELETE ${second?.id}` });
  const run = await shop.run({ command, all: 'true' }, { action: 'delete' });

  expect(run.exitCode).toBe(1);
  expect(run.errors[0]).toContain('1 of 3 could not be deleted');
  expect(run.errors[0]).toMatch(new RegExp(`${second?.id}: .*Locked\\.`));
  expect(run.outputs).toEqual({
    outcome: 'deleted',
    'ids-json': JSON.stringify([first?.id, third?.id]),
    count: '2',
  });
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
