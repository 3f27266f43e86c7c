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
test.concurrent.each([
  ['dates to the microsecond and ids in order', { createdAtResolution: 'microsecond', idOrder: 'time' }],
  ['dates to the second and random ids', { createdAtResolution: 'second', idOrder: 'random' }],
] as const)(
  'a dozen runs at once end with one process that all of them report: %s',
  async (_title, options) => {
    await using shop = await openShop(options);
    // Each has seen that there is no such process before any of them makes it.
    shop.emulator.faults.add({ kind: 'call', on: 'GET', times: runs, call: barrier(runs) });
    const steps = await Promise.all(Array.from({ length: runs }, () => shop.run({ processes: '2' })));

    expect(shop.count('POST')).toBeGreaterThanOrEqual(runs);
    expect(steps.flatMap(({ errors }) => errors)).toEqual([]);
    expect(shop.ids()).toHaveLength(1);
    expect(new Set(steps.map(({ outputs }) => outputs['process-id']))).toEqual(new Set(shop.ids()));
    expect(steps.filter(({ outputs }) => outputs['outcome'] === 'created').length).toBeLessThanOrEqual(1);
  },
);

const low = 'process-00000000-0000-4000-8000-000000000000';
const high = 'process-ffffffff-ffff-4fff-bfff-ffffffffffff';

test.concurrent.each([
  [low, high],
  [high, low],
])(
  'a run that creates in the second in which another has reported gives way: %s before %s',
  async (first, second) => {
    await using shop = await openShop();
    const { cloud, faults } = shop.emulator;
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

test.concurrent('a run that loses a race to another declaration brings the survivor into its own', async () => {
  await using shop = await openShop();
  const { cloud, faults } = shop.emulator;
  faults.add({
    kind: 'call',
    on: 'POST',
    call: () =>
      cloud.addProcess(shop.instance, { type: 'worker', created_at: '2020-01-01T00:00:00.000000Z' }),
  });
  const step = await shop.run({ processes: '3' });

  expect(step.outputs).toMatchObject({ outcome: 'updated', processes: '3', 'process-id': shop.ids()[0] });
  expect(shop.ids()).toHaveLength(1);
});

test.concurrent('a process that somebody else made and keeps is never removed: the run gives way to it', async () => {
  await using shop = await openShop();
  const { cloud, faults } = shop.emulator;
  const date = '2099-01-01T00:00:00.000000Z';
  faults.add({
    kind: 'call',
    on: 'POST',
    call: () => cloud.addProcess(shop.instance, { id: high, type: 'worker', created_at: date }),
  });
  const step = await shop.run();

  expect(step.outputs).toMatchObject({ outcome: 'unchanged', 'process-id': high });
  expect(shop.ids()).toEqual([high]);
});
