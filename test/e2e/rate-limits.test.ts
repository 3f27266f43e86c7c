import { expect, test } from 'vitest';
import { openShop } from './harness/shop.ts';

const minute = 60_000;

/** What apply makes of so many workers that are to be created, over so many clusters, against the limits of Laravel Cloud. */
async function applyAll(count: number, clusters = 1) {
  await using shop = await openShop();
  const { cloud, time, requests } = shop.emulator;
  cloud.rateLimits.enforced = true;
  const names = Array.from({ length: clusters }, (_, n) => `cluster-${n}`);
  for (const name of names) cloud.addInstance(shop.environment, { name, type: 'service' });
  const workers = names.map((name, cluster) => {
    const own = Array.from({ length: count }, (_, n) => n).filter((n) => n % clusters === cluster);
    return `  ${name}:\n${own.map((n) => `    - { type: worker, config: { queue: q${n} } }\n`).join('')}`;
  });
  const started = time.now();
  const step = await shop.apply(`instances:\n${workers.join('')}`, { environment: 'production' });
  return {
    step,
    there: cloud.processes.length,
    refused: requests.filter(({ answered }) => answered === 429).length,
    connections: shop.emulator.connections,
    took: time.now() - started,
  };
}

test.each([
  [100, 10, 12, 1.3],
  [1_000, 100, 72, 1.05],
])(
  '%i creates on %i clusters wait for the limit of the organization, as one run, and lose nothing',
  async (count, clusters, mostRefused, patience) => {
    const { step, there, refused, connections, took } = await applyAll(count, clusters);

    expect(step.errors).toEqual([]);
    expect(step.outputs).toMatchObject({ outcome: 'changed', created: String(count) });
    expect(there).toBe(count);
    expect(refused).toBeLessThanOrEqual(mostRefused);
    // All windows but the last one are waited for whole.
    const windows = Math.ceil(count / 30);
    expect(took).toBeGreaterThanOrEqual((windows - 1) * minute);
    expect(took).toBeLessThan(patience * (windows - 1) * minute);
    // One that was not used for a whole window is closed.
    expect(connections).toBeLessThanOrEqual(windows * 6);
  },
);

test('how long it takes is told before and while it lasts, and why it waits', async () => {
  const { step } = await applyAll(100);

  expect(step.log).toContain(
    '100 changes take about 3 minutes: Laravel Cloud lets an organization make 30 a minute',
  );
  expect(step.log).toMatch(/^\d\d of 100 finished, about \d+ (s|minutes) left$/m);
  expect(step.log).toMatch(/Creating the .+: Laravel Cloud answered 429; trying again in /);
});

test('little that is to be done is not spoken of, and opens as many connections as run side by side', async () => {
  const { step, refused, connections } = await applyAll(30);

  expect(refused).toBe(0);
  expect(connections).toBeLessThanOrEqual(6);
  expect(step.log).not.toMatch(/changes take|finished, about/);
});
