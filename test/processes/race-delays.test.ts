import { expect, test } from 'vitest';
import { raceDelays } from '../../src/processes/race-delays.ts';
import { failureOf } from '../support/test-client.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

function paceWith(random: () => number) {
  const clock = new VirtualClock();
  const stop = new AbortController();
  return { clock, stop, delays: raceDelays(clock, random, stop.signal) };
}

const sum = (pauses: readonly number[]): number => pauses.reduce((total, pause) => total + pause, 0);

test('a lost answer is looked for over some seconds', () => {
  expect(paceWith(() => 1).delays.lost()).toEqual([500, 1_000, 2_000, 4_000]);
});

test('rivals are given some seconds to remove their own', () => {
  expect(paceWith(() => 1).delays.race()).toEqual([250, 500, 1_000, 1_000]);
});

test('even the shortest wait for others to settle outlasts the longest that those others take', () => {
  const [shortest, longest] = [paceWith(() => 0).delays, paceWith(() => 1).delays];
  expect(sum(shortest.settle())).toBeGreaterThan(sum(longest.race()));
  expect(longest.settle()).toEqual([250, 500, 1_000, 2_000, 2_000, 2_000]);
});

test('each series begins anew', () => {
  const { delays } = paceWith(() => 1);
  delays.race();
  expect(delays.race()[0]).toBe(250);
});

test('a wait takes its time, and no pause none', async () => {
  const { clock, stop, delays } = paceWith(() => 1);
  await clock.run(delays.wait(300));
  expect(clock.now()).toBe(300);
  stop.abort(new Error('enough'));
  await clock.run(delays.wait(0));
  expect(clock.now()).toBe(300);
});

test('a wait ends when the step is told to stop', async () => {
  const { clock, stop, delays } = paceWith(() => 1);
  const ended = failureOf(delays.wait(300));
  stop.abort(new Error('enough'));
  expect(await clock.run(ended)).toHaveProperty('message', 'enough');
});
