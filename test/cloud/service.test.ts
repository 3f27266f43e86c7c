import { expect, test } from 'vitest';
import { cloud, cloudHints, cloudPace, cloudService } from '../../src/cloud/service.ts';
import { existing } from '../support/processes.ts';
import { failureOf, json, scriptedClient } from '../support/test-client.ts';

test('a step finds Laravel Cloud and its token by itself, and changes no more than fits into the limit', () => {
  const variables = ['LARAVEL_CLOUD_TOKEN', 'LARAVEL_CLOUD_API_TOKEN'];
  const token = { variables, origin: 'in the settings of the Laravel Cloud organization' };
  expect(cloud).toEqual({ hints: cloudHints, token, apiUrl: 'https://cloud.laravel.com/api' });
  expect(cloudPace).toEqual({ changes: 30, window: 60_000 });
});

test('a plan shows a worker that exists with its number and options, without what is unset', () => {
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
