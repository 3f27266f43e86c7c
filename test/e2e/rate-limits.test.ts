import { expect, test } from 'vitest';
import { openShop } from './harness/shop.ts';

const minute = 60_000;

/** What apply makes of so many workers that are to be created, against the limits of Laravel Cloud. */
async function applyAll(count: number) {
  await using shop = await openShop({ rateLimit: { enforced: true } });
  const { cloud, time, requests } = shop.emulator;
  const workers = Array.from({ length: count }, (_, n) => `    - { type: worker, config: { queue: q${n} } }`);
  const started = time.now();
  const step = await shop.apply(`instances:\n  App:\n${workers.join('\n')}\n`, { environment: 'production' });
  return {
    step,
    there: cloud.processes.length,
    refused: requests.filter(({ answered }) => answered === 429).length,
    connections: shop.emulator.connections,
    took: time.now() - started,
  };
}

test('a hundred creates wait for the limit of the organization, as one run, and lose nothing', async () => {
  const { step, there, refused, connections, took } = await applyAll(100);

  expect(step.errors).toEqual([]);
  expect(step.outputs).toMatchObject({ outcome: 'changed', created: '100' });
  expect(there).toBe(100);
  expect(refused).toBeLessThanOrEqual(12);
  expect(took).toBeGreaterThanOrEqual(3 * minute);
  expect(took).toBeLessThan(1.3 * 3 * minute);
  // One that was not used for a whole window is closed.
  expect(connections).toBeLessThanOrEqual(4 * 6);
});

test('how long it takes is told before and while it lasts, and why it waits', async () => {
  const { step } = await applyAll(100);

  expect(step.log).toContain(
    '100 changes take about 3 minutes: Laravel Cloud lets an organization make 30 a minute',
  );
  expect(step.log).toMatch(/^\d\d of 100 done, about \d+ (s|minutes) left$/m);
  expect(step.log).toContain('Creating the background process: Laravel Cloud answered 429; trying again in ');
});

test('little that is to be done is not spoken of, and opens as many connections as run side by side', async () => {
  const { step, refused, connections } = await applyAll(30);

  expect(refused).toBe(0);
  expect(connections).toBeLessThanOrEqual(6);
  expect(step.log).not.toMatch(/changes take|done, about/);
});
