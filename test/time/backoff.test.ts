import { expect, test } from 'vitest';
import { backoff } from '../../src/time.ts';

function series(count: number, random: () => number): number[] {
  const next = backoff({ first: 500, longest: 3_000 }, random);
  return Array.from({ length: count }, next);
}

test('pauses double until the longest', () => {
  expect(series(5, () => 1)).toEqual([500, 1_000, 2_000, 3_000, 3_000]);
});

test('pauses are at least half as long', () => {
  expect(series(5, () => 0)).toEqual([250, 500, 1_000, 1_500, 1_500]);
});

test('each pause is drawn anew, to the millisecond', () => {
  const dice = [0, 0.5, 0.999];
  expect(series(3, () => dice.shift() ?? 0)).toEqual([250, 750, 1_999]);
});

test('two series do not share their steps', () => {
  series(3, () => 1);
  expect(series(1, () => 1)).toEqual([500]);
});
