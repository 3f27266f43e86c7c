import { expect, test } from 'vitest';
import { severalMatch } from '../../src/converge/process-failure.ts';

test('several that match are told apart by their ids, and by their age where that is known', () => {
  const found = [
    { id: 'p1', createdAt: '2026-04-04T11:24:42Z' },
    { id: 'p2', createdAt: null },
  ];
  const failure = severalMatch('worker on queue mail', found, 'which is meant is not known');
  expect(failure.reason).toBe('several-match');
  expect(failure.message).toBe(
    'The worker on queue mail: 2 background processes match it: p1 (created 2026-04-04T11:24:42Z), p2; which is meant is not known. Delete those that are not wanted, or tell them apart.',
  );
});
