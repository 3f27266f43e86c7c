import { describe, expect, test } from 'vitest';
import { setOptions, updateFor } from '../../src/cloud/drift.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import { existing } from '../support/existing.ts';

/** As recorded: unset options are null, and some may not be sent. */
const stored = {
  connection: 'database',
  queue: null,
  name: 'x',
  tries: '3',
  backoff: '',
  'max-jobs': 5,
  sleep: 10,
  rest: '1.5',
  timeout: 'long',
  force: '1',
};

describe('an update of a worker', () => {
  test('carries the whole config: what is set, and over it what is declared', () => {
    const spec: ProcessSpec = { type: 'worker', processes: 2, config: { queue: 'high', sleep: 5 } };
    expect(updateFor(spec, existing({ id: '1', config: stored }))).toEqual({
      processes: 2,
      config: { connection: 'database', queue: 'high', tries: 3, sleep: 5, force: true },
    });
  });

  test('has no config where none is set or declared', () => {
    const spec: ProcessSpec = { type: 'worker', processes: 2, config: {} };
    expect(updateFor(spec, existing({ id: '1', config: { tries: null } }))).toEqual({ processes: 2 });
  });
});

describe('an update of a custom process', () => {
  const spec: ProcessSpec = { type: 'custom', processes: 2, command: 'php artisan horizon' };

  test('leaves a command alone that means the same', () => {
    const there = existing({ id: '1', type: 'custom', command: 'php  artisan horizon' });
    expect(updateFor(spec, there)).toEqual({ processes: 2 });
  });

  test('carries a command that is another, or missing', () => {
    for (const command of ['php artisan reverb', null]) {
      const there = existing({ id: '1', type: 'custom', command });
      expect(updateFor(spec, there)).toEqual({ processes: 2, command: 'php artisan horizon' });
    }
  });
});

describe('what may be sent of a config', () => {
  const settable = (config: Record<string, unknown>) =>
    updateFor({ type: 'worker', processes: 1, config: {} }, existing({ id: '1', config })).config;

  test('are the known options that are set, in the types of a request', () => {
    expect(settable(stored)).toEqual({ connection: 'database', tries: 3, sleep: 10, force: true });
  });

  test('are also a zero and a false', () => {
    expect(settable({ tries: 0, force: false, rest: '0' })).toEqual({ tries: 0, force: false, rest: 0 });
  });

  test('is no flag that is neither true nor false', () => {
    expect(settable({ force: 'maybe' })).toBeUndefined();
  });

  test('is text even where a number came', () => {
    expect(settable({ queue: 7 })).toEqual({ queue: '7' });
  });
});

test('a config is shown without what is unset', () => {
  expect(setOptions({ a: null, b: undefined, c: '', d: 0, e: false })).toEqual({ c: '', d: 0, e: false });
});
