import { expect, test } from 'vitest';
import { configKeys, describe, type ProcessSpec, processesRange } from '../../src/processes/spec.ts';

const worker = (config: Extract<ProcessSpec, { type: 'worker' }>['config']): ProcessSpec => ({
  type: 'worker',
  processes: 1,
  config,
});

test.each([
  [worker({}), 'worker on queue default'],
  [worker({ queue: 'high,default' }), 'worker on queue high,default'],
  [worker({ connection: 'redis' }), 'worker on queue default of connection redis'],
  [
    { type: 'custom', processes: 1, command: 'php artisan horizon' } as const,
    'custom process "php artisan horizon"',
  ],
])('%j in a few words', (spec, words) => {
  expect(describe(spec)).toBe(words);
});

test('what is long is cut between words, so that no part of a masked secret is left', () => {
  const long = `${'word '.repeat(23)}${'x'.repeat(40)}`;
  const cut = `${'word '.repeat(23).trimEnd()}…`;
  expect(describe({ type: 'custom', processes: 1, command: long })).toBe(`custom process "${cut}"`);
  expect(describe(worker({ queue: long, connection: long }))).toBe(
    `worker on queue ${cut} of connection ${cut}`,
  );
  expect(describe(worker({ queue: 'x'.repeat(120) }))).toBe(`worker on queue ${'x'.repeat(120)}`);
});

test('the options and ranges are those of the API', () => {
  expect(configKeys).toEqual({
    connection: 'text',
    queue: 'text',
    tries: 'integer',
    backoff: 'integer',
    sleep: 'integer',
    rest: 'integer',
    timeout: 'integer',
    force: 'flag',
  });
  expect(processesRange).toEqual({ min: 1, max: 10 });
});
