import { describe, expect, test } from 'vitest';
import { drift, flagOf, updateFor } from '../../src/cloud/drift.ts';
import type { ProcessSpec, WorkerConfig } from '../../src/cloud/spec.ts';
import { describeChanges, shown } from '../../src/converge/changes.ts';
import { existing } from '../support/existing.ts';

const worker = (config: WorkerConfig, processes = 1): ProcessSpec => ({ type: 'worker', processes, config });

describe('the drift of a worker', () => {
  test('is nothing for what was not declared', () => {
    const there = existing({ id: '1', config: { tries: 9, sleep: 3, name: 'x', queue: 'default' } });
    expect(drift(worker({}), there)).toEqual({});
  });

  test('is the number of processes and each option that differs', () => {
    const there = existing({
      id: '1',
      processes: 1,
      config: { tries: 1, timeout: null, force: false, sleep: 3 },
    });
    const spec = worker({ tries: 3, timeout: 60, force: true, sleep: 3 }, 2);
    expect(drift(spec, there)).toEqual({
      processes: { from: 1, to: 2 },
      'config.tries': { from: 1, to: 3 },
      'config.timeout': { from: null, to: 60 },
      'config.force': { from: false, to: true },
    });
  });

  test.each<[WorkerConfig, Record<string, unknown>]>([
    [{ tries: 3 }, { tries: '3' }],
    [{ tries: 3 }, { tries: '3.0' }],
    [{ tries: 0 }, { tries: '0' }],
    [{ force: true }, { force: 'true' }],
    [{ force: true }, { force: 1 }],
    [{ force: true }, { force: '1' }],
    [{ force: false }, { force: 'false' }],
    [{ force: false }, { force: 0 }],
    [{ force: false }, { force: '0' }],
    [{ force: false }, { force: null }],
    [{ force: false }, { force: '' }],
    [{ force: false }, {}],
    [{ queue: 'a,b' }, { queue: ' a , b' }],
    [{ queue: 'default' }, { queue: null }],
    [{ connection: 'redis' }, { connection: ' redis ' }],
  ])('is by value: %j is what %j says', (config, stored) => {
    expect(drift(worker(config), existing({ id: '1', config: stored }))).toEqual({});
  });

  test.each<[WorkerConfig, Record<string, unknown>]>([
    [{ tries: 0 }, { tries: null }],
    [{ tries: 0 }, { tries: '' }],
    [{ tries: 0 }, {}],
    [{ tries: 3 }, { tries: 'three' }],
    [{ force: true }, { force: null }],
    [{ force: true }, { force: 'yes' }],
    [{ queue: 'a,b' }, { queue: 'b,a' }],
    [{ connection: 'redis' }, { connection: null }],
    [{ connection: 'redis' }, { connection: 'sqs' }],
  ])('is by value: %j is not what %j says', (config, stored) => {
    const [key] = Object.keys(config);
    expect(Object.keys(drift(worker(config), existing({ id: '1', config: stored })))).toEqual([
      `config.${key}`,
    ]);
  });
});

describe('the drift of a custom process', () => {
  const spec: ProcessSpec = { type: 'custom', processes: 2, command: 'php artisan  horizon' };

  test('is its number of processes and its command', () => {
    const there = existing({ id: '1', type: 'custom', processes: 1, command: 'php artisan reverb' });
    expect(drift(spec, there)).toEqual({
      processes: { from: 1, to: 2 },
      command: { from: 'php artisan reverb', to: 'php artisan  horizon' },
    });
  });

  test('is nothing for white space', () => {
    expect(
      drift(spec, existing({ id: '1', type: 'custom', processes: 2, command: ' php artisan horizon' })),
    ).toEqual({});
  });

  test('is none in a command that was not declared', () => {
    const there = existing({ id: '1', type: 'custom', processes: 2, command: 'php artisan reverb' });
    expect(drift({ ...spec, command: undefined }, there)).toEqual({});
  });

  test('is a command where there is none', () => {
    const there = existing({ id: '1', type: 'custom', processes: 2, command: null });
    expect(drift(spec, there)).toEqual({
      command: {
        from: undefined,
        to: 'php artisan  horizon',
      },
    });
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
  [true, true],
  ['true', true],
  [1, true],
  ['1', true],
  [false, false],
  ['false', false],
  [0, false],
  ['0', false],
  ['yes', undefined],
  [2, undefined],
  [null, undefined],
])('the flag %j is %s', (value, flag) => {
  expect(flagOf(value)).toBe(flag);
});

test('a number of processes that is not declared is no drift, whatever runs', () => {
  const found = existing({ id: 'process-1', processes: 5, config: { queue: 'mail' } });
  const spec = { type: 'worker', processes: undefined, config: { queue: 'mail' } } as const;
  expect(drift(spec, found)).toEqual({});
  expect(updateFor({ ...spec, config: { tries: 3 } }, found)).toEqual({
    config: { queue: 'mail', tries: 3 },
  });
});
