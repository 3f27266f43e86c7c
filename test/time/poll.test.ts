import { describe, expect, test } from 'vitest';
import { Deadline, poll } from '../../src/time.ts';
import { failureOf } from '../support/test-client.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** Polls until the look of this number finds something; tells the moments of all looks. */
function polling(found: number, span: number) {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const looks: number[] = [];
  const progress: number[] = [];
  const task = poll(
    async () => {
      looks.push(clock.now());
      return looks.length === found ? 'it' : undefined;
    },
    {
      clock,
      random: () => 1,
      deadline: new Deadline(clock, span),
      cancelled: stop.signal,
      first: 1_000,
      longest: 10_000,
      onProgress: (seconds) => progress.push(seconds),
    },
  );
  return { task, clock, stop, looks, progress };
}

describe('looking until something is there', () => {
  test('begins at once', async () => {
    const { task, clock, looks } = polling(1, 60_000);
    expect(await clock.run(task)).toBe('it');
    expect(looks).toEqual([0]);
  });

  test('looks once even when there is no time at all', async () => {
    const { task, clock, looks } = polling(2, 0);
    expect(await clock.run(task)).toBeUndefined();
    expect(looks).toEqual([0]);
  });

  test('pauses longer each time, up to the longest', async () => {
    const { task, clock, looks } = polling(7, 600_000);
    expect(await clock.run(task)).toBe('it');
    expect(looks).toEqual([0, 1_000, 3_000, 7_000, 15_000, 25_000, 35_000]);
  });

  test('looks a last time on the deadline itself', async () => {
    const { task, clock, looks } = polling(99, 10_000);
    expect(await clock.run(task)).toBeUndefined();
    expect(looks).toEqual([0, 1_000, 3_000, 7_000, 10_000]);
  });

  test('finds what appears just then', async () => {
    const { task, clock } = polling(5, 10_000);
    expect(await clock.run(task)).toBe('it');
  });

  test('says every half minute that it still waits', async () => {
    const { task, clock, progress } = polling(99, 100_000);
    await clock.run(task);
    expect(progress).toEqual([35, 65, 95]);
  });

  test('stops when it is told to', async () => {
    const { task, clock, stop } = polling(99, 100_000);
    const ended = failureOf(task);
    void clock.sleep(1_500).then(() => stop.abort(new Error('enough')));
    expect(await clock.run(ended)).toHaveProperty('message', 'enough');
    expect(clock.now()).toBe(1_500);
  });
});
