import { describe, expect, test } from 'vitest';
import { identityKey } from '../../src/cloud/identity.ts';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import { cloudService } from '../../src/cloud/service.ts';
import { foldConnection, foldQueue, type ProcessSpec, type WorkerConfig } from '../../src/cloud/spec.ts';
import { foldCommand } from '../../src/converge/identity.ts';
import { candidates } from '../../src/converge/service.ts';
import { existing } from '../support/existing.ts';

const custom = (command: string): ProcessSpec => ({ type: 'custom', processes: 1, command });
const worker = (config: WorkerConfig): ProcessSpec => ({ type: 'worker', processes: 1, config });

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

const ofCommand = (command: string | null, type = 'custom') => ({ type, command });
const on = (config: Record<string, unknown>) => ({ config });
const onConnections = ['redis', 'sqs', null].map((connection) => on({ connection }));

test.each<[string, ProcessSpec, readonly Partial<ExistingProcess>[], readonly string[]]>([
  [
    'a custom process is each that has its command, blanks aside, and is no worker',
    custom('php artisan horizon'),
    [
      ...['php  artisan horizon ', 'php artisan horizon --quiet', null, 'php artisan Horizon'].map(
        (command) => ofCommand(command),
      ),
      ofCommand('php artisan horizon', 'worker'),
      ofCommand('php artisan horizon'),
    ],
    ['0', '5'],
  ],
  [
    'a worker is one on the same queues in the same order',
    worker({ queue: 'high,default' }),
    ['high , default', 'default,high', 'high'].map((queue) => on({ queue })),
    ['0'],
  ],
  [
    'one without a queue is one on the queue default',
    worker({}),
    [on({ queue: null }), on({}), on({ queue: 'default' }), on({ queue: 'mail' })],
    ['0', '1', '2'],
  ],
  ['one with a connection is only one with the same', worker({ connection: 'redis' }), onConnections, ['0']],
  ['and none where nothing has that', worker({ connection: 'database' }), onConnections, []],
  ['one without a connection is one without', worker({}), onConnections, ['2']],
  ['or with any, where there is none without', worker({}), onConnections.slice(0, 2), ['0', '1']],
  ['a worker is never a custom process', worker({}), [{ type: 'custom', config: {} }], []],
])('%s', (_, spec, there, ids) => {
  const all = there.map((given, index) => existing({ id: String(index), ...given }));
  expect(candidates(spec, all, cloudService).map(({ id }) => id)).toEqual(ids);
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
