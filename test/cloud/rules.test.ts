import { expect, test } from 'vitest';
import { cloudRules } from '../../src/cloud/service.ts';
import { existing } from '../support/existing.ts';

test('what a plan shows of a declared worker is its number and its options, without what its description tells', () => {
  const config = { queue: 'mail', connection: 'redis', tries: 3 };
  expect(cloudRules.settingsOf({ type: 'worker', processes: undefined, config })).toEqual({
    processes: 1,
    'config.tries': 3,
  });
  expect(cloudRules.describe({ type: 'worker', processes: 2, config })).toBe(
    'worker on queue mail of connection redis',
  );
});

test('and the same of one that exists', () => {
  const config = { queue: 'mail', connection: 'redis', tries: '3', memory: null };
  const worker = existing({ id: 'p1', processes: 2, config });
  expect(cloudRules.settingsOfExisting(worker)).toEqual({ processes: 2, 'config.tries': '3' });
  expect(cloudRules.describeExisting(worker)).toBe('worker on queue mail of connection redis');
  expect(cloudRules.describeExisting(existing({ id: 'p2', config: { queue: 'mail' } }))).toBe(
    'worker on queue mail',
  );
});

test('a custom process has a number, and no options', () => {
  const spec = { type: 'custom', processes: 2, command: 'php artisan horizon' } as const;
  expect(cloudRules.settingsOf(spec)).toEqual({ processes: 2 });
});

test('a plan declares workers and custom processes, and no others', () => {
  const types = ['worker', 'custom', 'cron'];
  expect(types.map((type) => cloudRules.isDeclarable(existing({ id: 'p1', type })))).toEqual([
    true,
    true,
    false,
  ]);
  expect(cloudRules.describeExisting(existing({ id: 'p1', type: 'cron' }))).toBe('process of type cron');
});
