import { describe, expect, test } from 'vitest';
import { identityKey } from '../../src/cloud/identity.ts';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import { cloudService } from '../../src/cloud/service.ts';
import type { ProcessSpec, WorkerConfig } from '../../src/cloud/spec.ts';
import { foldConnection, foldQueue } from '../../src/cloud/spec.ts';
import { foldCommand } from '../../src/converge/identity.ts';
import { candidates as candidatesAmong } from '../../src/converge/service.ts';
import { existing } from '../support/existing.ts';

const custom = (command: string): ProcessSpec => ({ type: 'custom', processes: 1, command });
const worker = (config: WorkerConfig): ProcessSpec => ({ type: 'worker', processes: 1, config });

const candidates = (spec: ProcessSpec, among: readonly ExistingProcess[]) =>
  candidatesAmong(spec, among, cloudService);

describe('what is the same written differently', () => {
  test.each([
    ['php artisan horizon', 'php artisan horizon'],
    ['  php \t artisan  horizon\t', 'php artisan horizon'],
    [`php  artisan x "a  b"  'c  d'   e`, `php artisan x "a  b" 'c  d' e`],
    ['x  "a \\"  b"  c', 'x "a \\"  b" c'],
    ['x a\\ \\   b\\ ', 'x a\\ \\  b\\ '],
    [`it's  fine`, `it's fine`],
    ['php\u00a0 artisan\n\u3000x', 'php\u00a0 artisan\n\u3000x'],
    [' ', ''],
    ['', ''],
  ])('the command %j', (command, folded) => {
    expect(foldCommand(command)).toBe(folded);
  });

  test.each([
    ['high,default', 'high,default'],
    [' high , default ', 'high,default'],
    ['high,,default,', 'high,default'],
    ['default', 'default'],
    ['', 'default'],
    [' , ', 'default'],
    [null, 'default'],
    [undefined, 'default'],
    [7, '7'],
  ])('the queue list %j', (queue, folded) => {
    expect(foldQueue(queue)).toBe(folded);
  });

  test.each([
    ['redis', 'redis'],
    [' redis ', 'redis'],
    ['', undefined],
    [' ', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('the connection %j', (connection, folded) => {
    expect(foldConnection(connection)).toBe(folded);
  });
});

describe('a custom process', () => {
  const horizon = existing({ id: '1', type: 'custom', command: 'php  artisan horizon ' });

  test('is the one of the same command', () => {
    const other = existing({ id: '2', type: 'custom', command: 'php artisan horizon --quiet' });
    const none = existing({ id: '3', type: 'custom', command: null });
    expect(candidates(custom('php artisan horizon'), [other, horizon, none])).toEqual([horizon]);
  });

  test('is never a worker, even one that runs the same command', () => {
    const alike = existing({ id: '2', type: 'worker', command: 'php artisan horizon' });
    expect(candidates(custom('php artisan horizon'), [alike])).toEqual([]);
  });

  test('is told by case', () => {
    expect(candidates(custom('php artisan Horizon'), [horizon])).toEqual([]);
  });

  test('may be there more than once', () => {
    const twin = { ...horizon, id: '2' };
    expect(candidates(custom('php artisan horizon'), [horizon, twin])).toEqual([horizon, twin]);
  });
});

describe('a worker', () => {
  const on = (id: string, config: Record<string, unknown>) => existing({ id, config });

  test('is the one on the same queues in the same order', () => {
    const there = [
      on('1', { queue: 'high , default' }),
      on('2', { queue: 'default,high' }),
      on('3', { queue: 'high' }),
    ];
    expect(candidates(worker({ queue: 'high,default' }), there).map(({ id }) => id)).toEqual(['1']);
  });

  test('without a queue is the one on the queue default', () => {
    const there = [
      on('1', { queue: null }),
      on('2', {}),
      on('3', { queue: 'default' }),
      on('4', { queue: 'mail' }),
    ];
    expect(candidates(worker({}), there).map(({ id }) => id)).toEqual(['1', '2', '3']);
  });

  test('with a connection is only one with the same', () => {
    const there = [
      on('1', { connection: 'redis' }),
      on('2', { connection: 'sqs' }),
      on('3', { connection: null }),
    ];
    expect(candidates(worker({ connection: 'redis' }), there).map(({ id }) => id)).toEqual(['1']);
    expect(candidates(worker({ connection: 'database' }), there)).toEqual([]);
  });

  test('without a connection is one without', () => {
    const there = [on('1', { connection: 'redis' }), on('2', { connection: null })];
    expect(candidates(worker({}), there).map(({ id }) => id)).toEqual(['2']);
  });

  test('without a connection is one with any, where there is none without', () => {
    const there = [
      on('1', { connection: 'redis' }),
      on('2', { connection: 'sqs' }),
      on('3', { queue: 'mail' }),
    ];
    expect(candidates(worker({}), there).map(({ id }) => id)).toEqual(['1', '2']);
  });

  test('is never a custom process', () => {
    expect(candidates(worker({}), [existing({ id: '1', type: 'custom', config: {} })])).toEqual([]);
  });
});

describe('two declarations are one process', () => {
  test.each([
    [custom('a  b'), custom(' a b')],
    [worker({}), worker({ queue: 'default', tries: 3 })],
    [
      worker({ queue: 'a, b', connection: 'redis' }),
      worker({ queue: 'a,b', connection: ' redis', timeout: 9 }),
    ],
  ])('%j and %j', (a, b) => {
    expect(identityKey(a)).toBe(identityKey(b));
  });

  test.each([
    [custom('a'), custom('b')],
    [custom('default'), worker({})],
    [worker({ queue: 'a,b' }), worker({ queue: 'b,a' })],
    [worker({}), worker({ connection: 'redis' })],
    [worker({ queue: 'x' }), worker({ connection: 'x' })],
  ])('but not %j and %j', (a, b) => {
    expect(identityKey(a)).not.toBe(identityKey(b));
  });
});
