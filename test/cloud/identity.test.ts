import { describe, expect, test } from 'vitest';
import { identityKey, rowName, shortName } from '../../src/cloud/identity.ts';
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

test.each([
  [true, custom('a  b'), custom(' a b')],
  [true, worker({}), worker({ queue: 'default', tries: 3 })],
  [true, worker({ queue: 'a, b', connection: 'redis' }), worker({ queue: 'a,b', connection: ' redis' })],
  [false, custom('a'), custom('b')],
  [false, custom('default'), worker({})],
  [false, worker({ queue: 'a,b' }), worker({ queue: 'b,a' })],
  [false, worker({}), worker({ connection: 'redis' })],
  [false, worker({ queue: 'x' }), worker({ connection: 'x' })],
])('two declarations are one process or not (%s): %j and %j', (isOne, a, b) => {
  expect(identityKey(a) === identityKey(b)).toBe(isOne);
});

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
  expect(rowName({ type: 'worker', config: { queue } })).toEqual({
    ...{ name: `worker ${queue}`, identity, shared: [] },
  });
  expect(rowName(of({ config: { queue }, doubt: 'its options are odd' }))).toEqual({
    ...{ name: 'worker, unknown queue', identity: 'worker on an unknown queue', shared: [] },
  });
});
