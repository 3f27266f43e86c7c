import { expect, test } from 'vitest';
import { LogTurns } from '../../src/cloud/environment-log-reader.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** Reads `count` logs at once; each takes `takes` milliseconds. Returns the times at which they began. */
async function beginnings(count: number, takes: (index: number) => number): Promise<readonly number[]> {
  const clock = new VirtualClock();
  const turns = new LogTurns(clock);
  const began: number[] = [];
  const read = (index: number) =>
    turns.run(async () => {
      began.push(clock.now());
      await clock.sleep(takes(index));
    }, new AbortController().signal);
  await clock.run(Promise.all(Array.from({ length: count }, (_, index) => read(index))));
  return began;
}

const countAt = (times: readonly number[]) => (time: number) => times.filter((at) => at === time).length;

test('thirty reads of logs begin at once, and the others as the limit of a minute allows', async () => {
  const began = await beginnings(70, () => 0);
  expect([0, 61_000, 122_000].map(countAt(began))).toEqual([30, 30, 10]);
});

test('a read that takes long counts until its end: its request may have arrived just before', async () => {
  const began = await beginnings(31, (index) => (index === 0 ? 5_000 : 9_000));
  expect([0, 66_000].map(countAt(began))).toEqual([30, 1]);
});

test('a read that fails counts, too', async () => {
  const clock = new VirtualClock();
  const turns = new LogTurns(clock);
  const { signal } = new AbortController();
  for (let read = 0; read < 30; read++)
    await turns.run(() => Promise.reject(new Error('no')), signal).catch(() => undefined);
  await clock.run(turns.run(() => Promise.resolve(), signal));
  expect(clock.now()).toBe(61_000);
});

test('a read does not wait for its turn once the step is cancelled', async () => {
  const clock = new VirtualClock();
  const turns = new LogTurns(clock);
  const stop = new AbortController();
  const read = () => turns.run(() => Promise.resolve(), stop.signal);
  for (let count = 0; count < 30; count++) await read();
  const waiting = read();
  stop.abort(new Error('cancelled'));
  await expect(clock.run(waiting)).rejects.toThrow('cancelled');
  expect(clock.now()).toBe(0);
});
