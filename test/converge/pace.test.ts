import { expect, test } from 'vitest';
import { type Progress, progressTeller, Semaphore, timeWithOthers } from '../../src/converge/pace.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const pace = { changes: 30, window: 60_000 };
const minute = 60_000;

test('a change is given four seconds where thirty a minute are allowed: others may need the same', () => {
  expect(timeWithOthers(1, pace)).toBe(4_000);
  expect(timeWithOthers(1_000, pace)).toBe(4_000_000);
});

/** Changes that end at these moments after they were begun, an hour after the clock was, and what is told of them. */
async function told(
  total: number,
  moments: readonly number[],
): Promise<readonly (Progress & { at: number })[]> {
  const clock = new VirtualClock();
  const lines: (Progress & { at: number })[] = [];
  await clock.run(
    (async () => {
      await clock.sleep(60 * minute);
      const started = clock.now();
      const ended = progressTeller(total, pace, clock, (progress) => {
        lines.push({ ...progress, at: clock.now() - started });
      });
      for (const moment of moments) {
        await clock.sleep(started + moment - clock.now());
        ended();
      }
    })(),
  );
  return lines;
}

test('progress is told twice a minute at most, with the time that is left', async () => {
  const asAllowed = Array.from({ length: 320 }, (_, n) => n * 2_000);
  const lines = await told(1_000, asAllowed);
  expect(lines[0]).toEqual({ done: 16, total: 1_000, left: 32 * minute, at: 30_000 });
  expect(lines.map(({ at }) => at)).toEqual(Array.from({ length: 21 }, (_, n) => 30_000 * (n + 1)));
  expect(lines.at(-1)).toMatchObject({ done: 316, left: (630_000 / 316) * 684 });
  expect(Math.round((lines.at(-1)?.left ?? 0) / minute)).toBe(23);
});

test('what others slow down is told as it is', async () => {
  const [slow] = await told(100, [...Array(29).fill(29_000), 120_000]);
  expect(slow).toMatchObject({ done: 30, left: 70 * 4_000 });
});

test('the first changes, which come in a burst, make no promise', async () => {
  const [first] = await told(40, [60_000]);
  expect(first).toMatchObject({ done: 1, left: minute });
});

test('nothing is told of what is over soon, nor of the last one', async () => {
  expect(await told(5, [1, 2, 3, 4, 29_999])).toEqual([]);
  expect(await told(1, [90_000])).toEqual([]);
});

test('tasks that are too many wait for their turn, urgent ones before the rest', async () => {
  const limit = new Semaphore(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  const order: string[] = [];
  const named = (name: string) => async () => void order.push(name);
  const all = [
    limit.run(() => promise),
    limit.run(named('a')),
    limit.run(named('b')),
    limit.run(named('urgent'), 'urgent'),
  ];
  resolve();
  await Promise.all(all);
  expect(order).toEqual(['urgent', 'a', 'b']);
});
