import { expect, test } from 'vitest';
import {
  commandProblem,
  configKeys,
  describe,
  type ProcessSpec,
  processesRange,
} from '../../src/cloud/spec.ts';

const worker = (config: Extract<ProcessSpec, { type: 'worker' }>['config']): ProcessSpec => ({
  type: 'worker',
  processes: 1,
  config,
});

test.each([
  [worker({}), 'worker on queue default'],
  [{ type: 'custom', processes: 1, command: undefined } as const, 'custom process'],
  [worker({ queue: 'high,default' }), 'worker on queue high,default'],
  [worker({ connection: 'redis' }), 'worker on queue default of connection redis'],
  [
    { type: 'custom', processes: 1, command: 'php artisan horizon' } as const,
    'custom process "php artisan horizon"',
  ],
])('%j in a few words', (spec, words) => {
  expect(describe(spec)).toBe(words);
});

test('what is long is cut between words, since a part of a secret would not be masked', () => {
  const words = 'abcd '.repeat(30);
  const cut = `${'abcd '.repeat(24).trimEnd()}…`;
  expect(describe({ type: 'custom', processes: 1, command: words })).toBe(`custom process "${cut}"`);
  expect(describe(worker({ queue: words, connection: words }))).toBe(
    `worker on queue ${cut} of connection ${cut}`,
  );
  expect(describe({ type: 'custom', processes: 1, command: `php ${'x'.repeat(117)}` })).toBe(
    'custom process "php…"',
  );
});

test('what is just short enough is not cut', () => {
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

test.each([
  ['ls', 'must have 3 to 500 characters, and has 2'],
  ['x'.repeat(501), 'must have 3 to 500 characters, and has 501'],
  ['php artisan a\nphp artisan b', 'must be one line; in YAML, >- folds several lines into one'],
  ['php artisan a\rphp artisan b', 'must be one line; in YAML, >- folds several lines into one'],
  ['echo \ud83d', 'holds half of a character (a lone surrogate)'],
  ['😀x', 'must have 3 to 500 characters, and has 2'],
  ['pwd', undefined],
  ['😀'.repeat(500), undefined],
  ['x'.repeat(500), undefined],
])('the command %j %j', (command, problem) => {
  expect(commandProblem(command)).toBe(problem);
});
