import { describe, expect, test } from 'vitest';
import type { Fault } from '../emulator/faults.ts';
import { openShop } from './harness/shop.ts';

/** A restart of the service's edge: three quarters of a minute, from the first request that meets it. */
const lasts = 45_000;

const outages: readonly (readonly [title: string, outage: Fault])[] = [
  ['answers 503', { kind: 'status', status: 503 }],
  ['resets every connection', { kind: 'reset' }],
  ['answers with a page', { kind: 'html' }],
];

describe.concurrent.each(outages)('a service that for 45 s %s', (_, outage) => {
  test('is outlived by what is read, and nothing is made twice', async () => {
    await using shop = await openShop();
    shop.faults.add({ ...outage, on: 'GET', lasts });
    const step = await shop.run({ environment: 'main' });

    expect(step.errors).toEqual([]);
    expect(step.outputs['outcome']).toBe('created');
    expect(shop.ids()).toHaveLength(1);
    expect(step.log).toMatch(/; trying again in \d+(\.\d)? s \(attempt 9\)/);
  });

  test.each([
    ['PATCH', 'updated', '.', { processes: '2' }],
    ['DELETE', 'deleted', 'delete', { type: 'worker' }],
  ] as const)('is outlived by a %s', async (on, outcome, action, inputs) => {
    await using shop = await openShop();
    shop.cloud.addProcess(shop.instance, { type: 'worker' });
    shop.faults.add({ ...outage, on, lasts });
    const step = await shop.run(inputs, { action });

    expect(step.errors).toEqual([]);
    expect(step.outputs['outcome']).toBe(outcome);
  });
});
