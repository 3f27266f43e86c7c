import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { backoff, Deadline, poll, systemClock, timeOf } from '../src/time.ts';
import { VirtualClock } from './support/virtual-clock.ts';

test.each([
  ['double until the longest', [1, 1, 1, 1, 1], [500, 1_000, 2_000, 3_000, 3_000]],
  ['are at least half as long', [0, 0, 0, 0, 0], [250, 500, 1_000, 1_500, 1_500]],
  ['are each drawn anew, to the millisecond', [0, 0.5, 0.999], [250, 750, 1_999]],
])('pauses %s', (_, dice, pauses) => {
  const left = [...dice];
  const next = backoff({ first: 500, longest: 3_000 }, () => left.shift() ?? 0);
  expect(pauses.map(next)).toEqual(pauses);
});

describe('the system’s clock', () => {
  test('goes on while it sleeps, in milliseconds', async () => {
    const before = systemClock.now();
    await systemClock.sleep(5, new AbortController().signal);
    // A timer may end a fraction early.
    expect(systemClock.now() - before).toBeGreaterThan(3);
    expect(systemClock.now() - before).toBeLessThan(60_000);
  });

  test('wakes with the signal’s reason, and does not lie down when it was given before', async () => {
    const stop = new AbortController();
    const sleeping = expect(systemClock.sleep(3_600_000, stop.signal)).rejects.toThrow('enough');
    stop.abort(new Error('enough'));
    await sleeping;
    await expect(systemClock.sleep(3_600_000, stop.signal)).rejects.toThrow('enough');
  });
});

describe('a date of an API', () => {
  beforeEach(() => vi.stubEnv('TZ', 'America/New_York'));
  afterEach(() => vi.unstubAllEnvs());

  const noon = Date.UTC(2026, 3, 9, 12);

  test.each([
    ['2026-04-09T12:00:00.000000Z', noon],
    ['2026-04-09T12:00:00.337860332Z', noon + 337],
    ['2026-04-09T14:00:00+02:00', noon],
    ['2026-04-09 12:00:00', noon],
    ['2026-04-09 12:00:00.500', noon + 500],
    ['2026-04-09 14:00:00 +0200', noon],
    ['yesterday', undefined],
    [null, undefined],
  ])('%s is the same moment in any time zone of the runner', (date, moment) => {
    expect(new Date(noon).getHours()).toBe(8);
    expect(timeOf(date)).toBe(moment);
  });
});

describe('a deadline', () => {
  test('counts from when it was set, comes nearer, and stays at nothing once it has passed', async () => {
    const clock = new VirtualClock();
    await clock.run(clock.sleep(1_000));
    const deadline = new Deadline(clock, 100);
    expect(deadline.remaining()).toBe(100);
    await clock.run(clock.sleep(60));
    expect(deadline.remaining()).toBe(40);
    await clock.run(clock.sleep(60));
    expect([deadline.remaining(), deadline.span]).toEqual([0, 100]);
    expect([deadline.remaining(40), deadline.remaining(10)]).toEqual([20, 0]);
  });

  test('allows a wait only if that leaves time to do something', () => {
    const deadline = new Deadline(new VirtualClock(), 100);
    expect([99, 100, 101].map((ms) => deadline.allows(ms))).toEqual([true, false, false]);
  });
});

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
    (seen) => seen !== undefined,
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
  test.each([
    ['begins at once', 1, 60_000, 'it', [0]],
    ['looks once even when there is no time at all', 2, 0, undefined, [0]],
    ['pauses longer up to the longest', 7, 99_000, 'it', [0, 1_000, 3_000, 7_000, 15_000, 25_000, 35_000]],
    ['looks a last time on the deadline itself', 99, 10_000, undefined, [0, 1_000, 3_000, 7_000, 10_000]],
    ['finds what appears just then', 5, 10_000, 'it', [0, 1_000, 3_000, 7_000, 10_000]],
  ])('%s', async (_, found, span, result, moments) => {
    const { task, clock, looks } = polling(found, span);
    expect(await clock.run(task)).toBe(result);
    expect(looks).toEqual(moments);
  });

  test('says every half minute that it still waits', async () => {
    const { task, clock, progress } = polling(99, 100_000);
    await clock.run(task);
    expect(progress).toEqual([35, 65, 95]);
  });

  test('stops when it is told to', async () => {
    const { task, clock, stop } = polling(99, 100_000);
    void clock.sleep(1_500).then(() => stop.abort(new Error('enough')));
    await clock.run(expect(task).rejects.toThrow('enough'));
    expect(clock.now()).toBe(1_500);
  });
});
