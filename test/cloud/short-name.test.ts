import { expect, test } from 'vitest';
import { rowName, shortName } from '../../src/cloud/identity.ts';
import { existing } from '../support/existing.ts';

const of = (given: Parameters<typeof existing>[0] | object) => existing({ id: 'p1', ...given });

test.each([
  ['worker high (redis)', of({ config: { queue: 'high', connection: 'redis' } })],
  ['worker default', of({})],
  ['worker, unknown queue', of({ doubt: 'its options are odd' })],
  ['custom process', of({ type: 'custom', command: null, doubt: 'its command is not known' })],
  ['php artisan horizon', of({ type: 'custom', command: 'php artisan horizon' })],
  ['process of type cron', of({ type: 'cron', command: null })],
  ['worker high', { type: 'worker', processes: 1, config: { queue: 'high' } } as const],
  ['custom process', { type: 'custom', processes: 1, command: undefined } as const],
])('a process is called %s, as short as it can be told apart', (name, process) => {
  expect(shortName(process)).toBe(name);
});

test('a row has the short name and the whole identity', () => {
  const queue = 'q'.repeat(200);
  const identity = `worker on queue ${queue}`;
  expect(rowName({ type: 'worker', processes: 1, config: { queue } })).toEqual({
    ...{ name: `worker ${queue}`, identity, shared: [] },
  });
  expect(rowName(of({ config: { queue }, doubt: 'its options are odd' }))).toEqual({
    ...{ name: 'worker, unknown queue', identity: 'worker on an unknown queue', shared: [] },
  });
});
