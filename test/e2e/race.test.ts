import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { openShop } from './harness/shop.ts';

const runs = 12;

/** Lets nobody pass until everybody is there. */
function barrier(parties: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let arrived = 0;
  return () => {
    arrived += 1;
    if (arrived === parties) resolve();
    return promise;
  };
}

/** Ids that grow with time, as most servers make them, and the hardest case: equal dates and ids without an order. */
test.concurrent.each(['in order', 'random'])(
  'a dozen runs at once end with one process that all of them report: ids %s',
  async (ids) => {
    await using shop = await openShop();
    if (ids === 'random') shop.cloud.newId = (prefix) => `${prefix}-${randomUUID()}`;
    // Each has seen that there is no such process before any of them makes it.
    shop.faults.add({ kind: 'call', on: 'GET', times: runs, call: barrier(runs) });
    const steps = await Promise.all(Array.from({ length: runs }, () => shop.run({ processes: '2' })));

    expect(shop.count('POST')).toBeGreaterThanOrEqual(runs);
    expect(steps.flatMap(({ errors }) => errors)).toEqual([]);
    expect(shop.ids()).toHaveLength(1);
    expect(new Set(steps.map(({ outputs }) => outputs['process-id']))).toEqual(new Set(shop.ids()));
    expect(steps.filter(({ outputs }) => outputs['outcome'] === 'created').length).toBeLessThanOrEqual(1);
  },
);

test.concurrent('a run that gives way and updates the process of another run says that it has updated it', async () => {
  await using shop = await openShop();
  const call = () => shop.cloud.addProcess(shop.instance, { type: 'worker' });
  shop.faults.add({ kind: 'call', on: 'POST', call });
  const step = await shop.run({ processes: '2' });

  expect(step.outputs['outcome']).toBe('updated');
  expect(step.summary).toContain('<h3>🟡 Updated, not live yet: worker');
});

const low = 'process-00000000-0000-4000-8000-000000000000';
const high = 'process-ffffffff-ffff-4fff-bfff-ffffffffffff';

test.concurrent.each([
  [low, high],
  [high, low],
])(
  'a run that creates in the second in which another has reported gives way: %s before %s',
  async (first, second) => {
    await using shop = await openShop();
    const { cloud, faults } = shop;
    const moment = Date.now();
    cloud.now = () => moment;
    const ids = [first, second];
    cloud.newId = () => ids.shift() ?? '';
    const { promise: reported, resolve: report } = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    faults.add({
      kind: 'call',
      on: 'POST',
      call: () => {
        arrived.resolve();
        return reported;
      },
    });

    const late = shop.run({ 'verify-command': 'php artisan about' });
    await arrived.promise;
    const early = await shop.run();
    report();

    expect(early.outputs).toMatchObject({ outcome: 'created', 'process-id': first });
    const { outputs, notices } = await late;
    expect(outputs).toMatchObject({ outcome: 'unchanged', 'process-id': first, verified: 'skipped' });
    // What it has removed again does not serve the queue.
    expect(notices).toEqual([
      'Another run has created the process at the same moment. It takes effect with the deployment of that run, or with the next one.',
      'verify-command was skipped: the change is not live before the next deployment.',
    ]);
    expect(shop.ids()).toEqual([first]);
  },
);
