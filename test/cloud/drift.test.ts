import { describe, expect, test } from 'vitest';
import { drift, flagOf, setOptions, updateFor } from '../../src/cloud/drift.ts';
import type { PinnedSpec, WorkerConfig } from '../../src/cloud/spec.ts';
import { describeChanges, shown } from '../../src/converge/changes.ts';
import { existing } from '../support/existing.ts';

const worker = (config: WorkerConfig, processes?: number): PinnedSpec => ({
  ...{ type: 'worker', processes, config },
});
const custom = (command: string | undefined): PinnedSpec => ({ type: 'custom', processes: 2, command });
const storing = (config: Record<string, unknown>) => existing({ id: '1', processes: 1, config });
const running = (command: string | null) => existing({ id: '1', type: 'custom', processes: 2, command });

describe('the drift of a worker', () => {
  test('is the number of processes and each declared option that differs', () => {
    const there = storing({ tries: 1, timeout: null, force: false, sleep: 3, name: 'x', queue: 'default' });
    expect(drift(worker({ tries: 3, timeout: 60, force: true, sleep: 3 }, 2), there)).toEqual({
      processes: { from: 1, to: 2 },
      'config.tries': { from: 1, to: 3 },
      'config.timeout': { from: null, to: 60 },
      'config.force': { from: false, to: true },
    });
    expect(drift(worker({}), there)).toEqual({});
  });

  test.each<[WorkerConfig, Record<string, unknown>]>([
    [{ tries: 3 }, { tries: '3.0' }],
    [{ tries: 0 }, { tries: '0' }],
    [{ force: true }, { force: 'true' }],
    [{ force: true }, { force: 1 }],
    [{ force: false }, { force: 0 }],
    [{ force: false }, { force: '0' }],
    [{ force: false }, { force: null }],
    [{ force: false }, {}],
    [{ queue: 'a,b' }, { queue: ' a , b' }],
    [{ queue: 'default' }, { queue: null }],
    [{ connection: 'redis' }, { connection: ' redis ' }],
  ])('is by value: %j is what %j says', (config, stored) => {
    expect(drift(worker(config), storing(stored))).toEqual({});
  });

  test.each<[WorkerConfig, Record<string, unknown>]>([
    [{ tries: 0 }, { tries: null }],
    [{ tries: 0 }, { tries: '' }],
    [{ tries: 0 }, {}],
    [{ tries: 3 }, { tries: 'three' }],
    [{ force: true }, { force: 'yes' }],
    [{ force: false }, { force: 'yes' }],
    [{ queue: 'a,b' }, { queue: 'b,a' }],
    [{ connection: 'redis' }, { connection: null }],
    [{ connection: 'redis' }, { connection: 'sqs' }],
  ])('is by value: %j is not what %j says', (config, stored) => {
    const [key] = Object.keys(config);
    expect(Object.keys(drift(worker(config), storing(stored)))).toEqual([`config.${key}`]);
  });
});

test.each([
  ['another', 'php artisan reverb', 'php artisan horizon', { from: 'php artisan reverb' }],
  ['missing', null, 'php artisan horizon', { from: undefined }],
  ['the same but for white space', ' php artisan  horizon', 'php artisan horizon', undefined],
  ['not declared', 'php artisan reverb', undefined, undefined],
])('a command drifts, and is sent, only where it is another: %s', (_, there, declared, change) => {
  const command = change && { ...change, to: declared };
  expect(drift(custom(declared), running(there))).toEqual(command === undefined ? {} : { command });
  expect(updateFor(custom(declared), running(there))).toEqual({
    processes: 2,
    ...(change && { command: declared }),
  });
});

describe('a change reads', () => {
  test('as before and after', () => {
    expect(describeChanges({ 'config.tries': { from: null, to: 3 } })).toBe('tries: unset → 3');
    expect(describeChanges({ processes: { from: 1, to: 2 }, 'config.queue': { from: 'a', to: 'b' } })).toBe(
      'processes: 1 → 2, queue: a → b',
    );
  });

  test.each([
    [undefined, 'unset'],
    [null, 'unset'],
    ['text', 'text'],
    [false, 'false'],
    [[1], '[1]'],
  ])('%j as %s', (value, text) => {
    expect(shown(value)).toBe(text);
  });
});

test.each([
  [true, [true, 'true', 1, '1']],
  [false, [false, 'false', 0, '0']],
  [undefined, ['yes', 2, null]],
])('a flag is %s where it is one of %j', (flag, values) => {
  expect(values.map(flagOf)).toEqual(values.map(() => flag));
});

describe('an update of a worker carries the whole config', () => {
  /** As recorded: unset options are null, and some may not be sent. */
  const stored = {
    ...{ connection: 'database', queue: null, name: 'x', tries: '3', backoff: '', 'max-jobs': 5 },
    ...{ sleep: 10, rest: '1.5', timeout: 'long', force: '1' },
  };

  test.each<[string, WorkerConfig, Record<string, unknown>, WorkerConfig | undefined]>([
    [
      'what is set, in the types of a request, and over it what is declared',
      { queue: 'high', sleep: 5 },
      stored,
      { connection: 'database', queue: 'high', tries: 3, sleep: 5, force: true },
    ],
    [
      'also a zero and a false',
      {},
      { tries: 0, force: false, rest: '0' },
      { tries: 0, force: false, rest: 0 },
    ],
    [
      'but no number that is neither one nor its text',
      {},
      { tries: [], backoff: true, sleep: ' ', rest: [3], timeout: {} },
      undefined,
    ],
    ['but no flag that is neither true nor false', {}, { force: 'maybe' }, undefined],
    ['text even where a number came', {}, { queue: 7 }, { queue: '7' }],
    ['nothing where none is set or declared', {}, { tries: null }, undefined],
  ])('%s', (_, declared, there, config) => {
    expect(updateFor(worker(declared), storing(there))).toEqual(config === undefined ? {} : { config });
    expect(updateFor(worker(declared, 2), storing(there))).toMatchObject({ processes: 2 });
  });
});

test('a config is shown without what is unset', () => {
  expect(setOptions({ a: null, b: undefined, c: '', d: 0, e: false })).toEqual({ c: '', d: 0, e: false });
});
