import { expect, test } from 'vitest';
import { cloud, cloudHints, cloudPace, cloudService } from '../../src/cloud/service.ts';
import { existing } from '../support/existing.ts';
import { json } from '../support/fake-transport.ts';
import { failureOf, scriptedClient } from '../support/test-client.ts';

test('a plan shows a declared worker’s number and options without what its description says', () => {
  const config = { queue: 'mail', connection: 'redis', tries: 3 };
  expect(cloudService.settingsOf({ type: 'worker', processes: undefined, config })).toEqual({
    processes: 1,
    'config.tries': 3,
  });
  const custom = { type: 'custom', processes: 2, command: 'php artisan horizon' } as const;
  expect(cloudService.settingsOf(custom)).toEqual({ processes: 2 });
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

test('a manifest declares workers and custom processes, and no others', () => {
  const types = ['worker', 'custom', 'cron', ''];
  const declarable = types.filter((type) => cloudService.isDeclarable(existing({ id: 'p1', type })));
  expect(declarable).toEqual(['worker', 'custom']);
  expect(cloudService.describeExisting(existing({ id: 'p1', type: 'cron' }))).toBe('process of type cron');
});

test('what tells workers apart is their connection and their number, as far as these are known', () => {
  const of = (given: object) => cloudService.particularsOf(existing({ id: 'p1', ...given }));
  expect(of({ config: { connection: 'redis' }, processes: 2 })).toBe('connection redis, 2 processes');
  expect(of({ processes: undefined })).toBe('connection not set, an unknown number of processes');
  expect(of({ type: 'custom' })).toBe('1 process');
});

test('a step finds Laravel Cloud and its token by itself', () => {
  expect(cloud).toEqual({
    hints: cloudHints,
    token: {
      variables: ['LARAVEL_CLOUD_TOKEN', 'LARAVEL_CLOUD_API_TOKEN'],
      origin: 'in the settings of the Laravel Cloud organization',
    },
    apiUrl: 'https://cloud.laravel.com/api',
  });
});

test('a step sends no more changes a minute than Laravel Cloud documents', () => {
  expect(cloudPace).toEqual({ changes: 30, window: 60_000 });
});

test.each([
  [401, 'it may be mistyped, expired or revoked'],
  [403, 'Check its permissions, and that it belongs to the organization of this application'],
  [404, 'a token sees only its own organization'],
  [429, 'run the job again later, or run fewer at once'],
])('an answer of %d from Laravel Cloud says what to do', async (status, fix) => {
  const refused = Array.from({ length: 9 }, () => json(status, {}, { 'retry-after': '600' }));
  const { client, clock } = scriptedClient(refused, { hints: cloudHints });
  const call = { method: 'GET', path: '/environments', what: 'Listing' } as const;
  expect(await clock.run(failureOf(client.send(call)))).toMatchObject({
    why: expect.stringContaining(`Laravel Cloud answered ${status}`),
    fix: expect.stringContaining(fix),
  });
});
