import { describe, expect, test } from 'vitest';
import { didYouMean, nearest, orNear } from '../../src/names.ts';

describe('a mistyped name is recognised', () => {
  test.each([
    ['Main', ['main', 'develop'], ['main']],
    ['refs/heads/main', ['main', 'develop'], ['main']],
    ['origin/main', ['main'], ['main']],
    ['refs/remotes/origin/main', ['main'], ['main']],
    ['wroker', ['worker', 'custom'], ['worker']],
    ['queues', ['connection', 'queue', 'tries'], ['queue']],
    ['retries', ['tries', 'rest'], ['tries']],
    ['web-2', ['web-1', 'database'], ['web-1']],
    ['web-9', ['web-1', 'web-2', 'web-3', 'web-4'], ['web-1', 'web-2', 'web-3']],
    ['prod', ['staging', 'production'], ['production']],
    ['feature/New_Cart', ['feature-new-cart'], ['feature-new-cart']],
    ['App', ['app', 'apps'], ['app']],
    ['mian', ['main', 'min'], ['main', 'min']],
  ])('%s among %j', (wanted, names, expected) => {
    expect(nearest(wanted, names)).toEqual(expected);
  });

  test.each([
    ['office', ['shop', 'blog']],
    ['ab', ['abc-production']],
    ['', ['main']],
    ['x', []],
    ['x'.repeat(200), ['x'.repeat(201)]],
  ])('and nothing is guessed for %j among %j', (wanted, names) => {
    expect(nearest(wanted, names)).toEqual([]);
  });
});

test('what was meant is asked, with the reason before it if there is one', () => {
  expect(didYouMean('web-9', ['web-1', 'web-2'])).toBe('Did you mean "web-1" or "web-2"?');
  expect(didYouMean('office', ['web-1'])).toBe('');
  expect(orNear('must be worker', 'wroker', ['worker'])).toBe('must be worker. Did you mean "worker"?');
  expect(orNear('must be worker', 'daemon', ['worker'])).toBe('must be worker');
});
