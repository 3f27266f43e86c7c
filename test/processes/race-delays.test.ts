import { expect, test } from 'vitest';
import { realPace } from '../../src/processes/race-delays.ts';
import { failureOf } from '../support/test-client.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

function paceWith(random: () => number) {
  const clock = new VirtualClock();
  const stop = new AbortController();
  return { clock, stop, pace: realPace(clock, random, stop.signal) };
}

const sum = (pauses: readonly number[]): number => pauses.reduce((total, pause) => total + pause, 0);

test('a lost answer is looked for over some seconds', () => {
  expect(paceWith(() => 1).pace.lost()).toEqual([500, 1_000, 2_000, 4_000]);
});

test('rivals are given some seconds to remove their own', () => {
  expect(paceWith(() => 1).pace.race()).toEqual([250, 500, 1_000, 1_000]);
});

test('even the shortest wait for others to settle outlasts the longest that those others take', () => {
  const [shortest, longest] = [paceWith(() => 0).pace, paceWith(() => 1).pace];
  expect(sum(shortest.settle())).toBeGreaterThan(sum(longest.race()));
  expect(longest.settle()).toEqual([250, 500, 1_000, 2_000, 2_000, 2_000]);
});

test('each series begins anew', () => {
  const { pace } = paceWith(() => 1);
  pace.race();
  expect(pace.race()[0]).toBe(250);
});

test('a wait takes its time, and no pause none', async () => {
  const { clock, stop, pace } = paceWith(() => 1);
  await clock.run(pace.wait(300));
  expect(clock.now()).toBe(300);
  stop.abort(new Error('enough'));
  await clock.run(pace.wait(0));
  expect(clock.now()).toBe(300);
});

test('a wait ends when the step is told to stop', async () => {
  const { clock, stop, pace } = paceWith(() => 1);
  const ended = failureOf(pace.wait(300));
  stop.abort(new Error('enough'));
  expect(await clock.run(ended)).toHaveProperty('message', 'enough');
});
