import { expect, test } from 'vitest';
import { describeProgress, describeTime } from '../../../src/actions/report/plan-body.ts';

const pace = { changes: 30, window: 60_000 };

test('the time of a change that keeps within one window is not worth a word', () => {
  expect(describeTime(60, pace, 'thirty a minute')).toBeUndefined();
  expect(describeTime(61, pace, 'thirty a minute')).toBe('61 changes take about 2 minutes: thirty a minute');
});

test.each([
  [999, '999'],
  [1_000, '1,000'],
  [12_345, '12,345'],
  [1_234_567, '1,234,567'],
])('a number of %s is written as %s', (total, written) => {
  expect(describeProgress({ done: 0, total, left: 1_000 })).toBe(`0 of ${written} done, about 1 s left`);
});
