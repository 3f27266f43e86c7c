import { expect, test } from 'vitest';
import { cloudService } from '../../src/cloud/service.ts';
import { existing } from '../support/existing.ts';

test('a plan shows a declared worker’s number and options without what its description says', () => {
  const config = { queue: 'mail', connection: 'redis', tries: 3 };
  expect(cloudService.settingsOf({ type: 'worker', processes: undefined, config })).toEqual({
    processes: 1,
    'config.tries': 3,
  });
  expect(cloudService.describe({ type: 'worker', processes: 2, config })).toBe(
    'worker on queue mail of connection redis',
  );
});

test('a plan shows the same of a worker that exists, without what is unset', () => {
  const config = { queue: 'mail', connection: 'redis', tries: '3', memory: null };
  const worker = existing({ id: 'p1', processes: 2, config });
  expect(cloudService.settingsOfExisting(worker)).toEqual({ processes: 2, 'config.tries': '3' });
  expect(cloudService.describeExisting(worker)).toBe('worker on queue mail of connection redis');
  expect(cloudService.describeExisting(existing({ id: 'p2', config: { queue: 'mail' } }))).toBe(
    'worker on queue mail',
  );
  expect(cloudService.describeExisting(existing({ id: 'p3', doubt: 'its options are odd' }))).toBe(
    'worker on an unknown queue',
  );
});

test('a custom process has a number, and no options', () => {
  const spec = { type: 'custom', processes: 2, command: 'php artisan horizon' } as const;
  expect(cloudService.settingsOf(spec)).toEqual({ processes: 2 });
});

test('a manifest declares workers and custom processes, and no others', () => {
  const types = ['worker', 'custom', 'cron', ''];
  expect(types.filter((type) => cloudService.isDeclarable(existing({ id: 'p1', type })))).toEqual([
    'worker',
    'custom',
  ]);
  expect(cloudService.describeExisting(existing({ id: 'p1', type: 'cron' }))).toBe('process of type cron');
});

test('what tells workers apart is their connection and their number, as far as these are known', () => {
  const of = (given: object) => cloudService.particularsOf(existing({ id: 'p1', ...given }));
  expect(of({ config: { connection: 'redis' }, processes: 2 })).toBe('connection redis, 2 processes');
  expect(of({ processes: undefined })).toBe('connection not set, an unknown number of processes');
  expect(of({ type: 'custom' })).toBe('1 process');
});
