import { expect, test } from 'vitest';
import { maxConcurrency, sideBySide } from '../../src/http/side-by-side.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

test('results stand in the order of the items, whichever comes first', async () => {
  const clock = new VirtualClock();
  const task = async (ms: number) => {
    await clock.sleep(ms);
    return ms;
  };
  const spans = [30, 10, 20, 5, 40, 1, 2, 3];
  expect(await clock.run(sideBySide(spans, task))).toEqual(spans);
});

test('nothing to do gives nothing', async () => {
  expect(await sideBySide([], async () => 'never')).toEqual([]);
});

test('only so many run at once, and a next one begins as soon as one has ended', async () => {
  const clock = new VirtualClock();
  let most = 0;
  let running = 0;
  const task = async () => {
    most = Math.max(most, ++running);
    await clock.sleep(10);
    running--;
  };
  await clock.run(sideBySide(Array(13).fill(0), task));
  expect([most, clock.now()]).toEqual([maxConcurrency, 30]);
});

test('the first failure is the failure of all', async () => {
  await expect(
    sideBySide([1, 2], async (item) => {
      if (item === 2) throw new Error('the second');
    }),
  ).rejects.toThrow('the second');
});
