import { describe, expect, test } from 'vitest';
import { drift, flagOf, identityKey, shortName, updateFor } from '../../src/cloud/compare.ts';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import { cloudService } from '../../src/cloud/service.ts';
import {
  describe as describeProcess,
  foldConnection,
  foldQueue,
  type PinnedSpec,
  type ProcessSpec,
  type WorkerConfig,
} from '../../src/cloud/spec.ts';
import { foldCommand, shown } from '../../src/converge/compare.ts';
import { candidates } from '../../src/converge/service.ts';
import { custom, existing, worker } from '../support/processes.ts';

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
  ['worker "a b" ("c d")', of({ config: { queue: 'a b', connection: 'c d' } })],
  ['worker "a\\"b"', of({ config: { queue: 'a"b' } })],
  ['worker default', of({})],
  [
    `custom process "worker ${'x'.repeat(200)}"`,
    of({ type: 'custom', command: `worker ${'x'.repeat(200)}` }),
  ],
  ['worker, unknown queue', of({ doubt: 'its options are odd' })],
  ['custom process', of({ type: 'custom', command: null, doubt: 'its command is not known' })],
  ['php worker a', of({ type: 'custom', command: 'php worker a' })],
  ['process of type cron', of({ type: 'cron', command: null })],
  ['process of type unknown', of({ type: '', command: null })],
  ['worker high', { type: 'worker', processes: 1, config: { queue: 'high' } } as const],
  ['custom process', { type: 'custom', processes: 1, command: undefined } as const],
])('a process is called %s, as short as it can be told apart', (name, process) => {
  expect(shortName(process)).toBe(name);
});

const pinnedWorker = (config: WorkerConfig, processes?: number): PinnedSpec => ({
  ...{ type: 'worker', processes, config },
});
const pinnedCustom = (command: string | undefined): PinnedSpec => ({ type: 'custom', processes: 2, command });
const storing = (config: Record<string, unknown>) => existing({ id: '1', processes: 1, config });
const running = (command: string | null) => existing({ id: '1', type: 'custom', processes: 2, command });

describe('the drift of a worker', () => {
  test.each<[WorkerConfig, Record<string, unknown>]>([
    [{ tries: 3 }, { tries: '3.0' }],
    [{ tries: 0 }, { tries: '0' }],
    [{ force: false }, { force: null }],
    [{ force: false }, {}],
    [{ queue: 'a,b' }, { queue: ' a , b' }],
    [{ queue: 'default' }, { queue: null }],
    [{ connection: 'redis' }, { connection: ' redis ' }],
  ])('is by value: %j is what %j says', (config, stored) => {
    expect(drift(pinnedWorker(config), storing(stored))).toEqual({});
  });

  test.each<[WorkerConfig, Record<string, unknown>]>([
    [{ tries: 0 }, { tries: null }],
    [{ tries: 0 }, { tries: '' }],
    [{ tries: 0 }, {}],
    [{ tries: 3 }, { tries: 'three' }],
    [{ force: false }, { force: 'yes' }],
    [{ queue: 'a,b' }, { queue: 'b,a' }],
    [{ connection: 'redis' }, { connection: null }],
    [{ connection: 'redis' }, { connection: 'sqs' }],
  ])('is by value: %j is not what %j says', (config, stored) => {
    const [key] = Object.keys(config);
    expect(Object.keys(drift(pinnedWorker(config), storing(stored)))).toEqual([`config.${key}`]);
  });
});

test.each([
  ['another', 'php artisan reverb', 'php artisan horizon', { from: 'php artisan reverb' }],
  ['missing', null, 'php artisan horizon', { from: undefined }],
  ['the same but for white space', ' php artisan  horizon', 'php artisan horizon', undefined],
  ['not declared', 'php artisan reverb', undefined, undefined],
])('a command drifts, and is sent, only where it is another: %s', (_, there, declared, change) => {
  const command = change && { ...change, to: declared };
  expect(drift(pinnedCustom(declared), running(there))).toEqual(command === undefined ? {} : { command });
  expect(updateFor(pinnedCustom(declared), running(there))).toEqual({
    processes: 2,
    ...(change && { command: declared }),
  });
});

test.each([
  [undefined, 'unset'],
  ['text', 'text'],
  [false, 'false'],
  [[1], '[1]'],
])('a value of a change reads %j as %s', (value, text) => {
  expect(shown(value)).toBe(text);
});

test.each([
  [true, [true, 'true', 1, '1']],
  [false, [false, 'false', 0, '0']],
  [undefined, ['yes', 2, null]],
])('a flag is %s where it is one of %j', (flag, values) => {
  expect(values.map(flagOf)).toEqual(values.map(() => flag));
});

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
  ['also a zero and a false', {}, { tries: 0, force: false, rest: '0' }, { tries: 0, force: false, rest: 0 }],
  [
    'but no number that is neither one nor its text',
    {},
    { tries: [], backoff: true, sleep: ' ', rest: [3], timeout: {} },
    undefined,
  ],
  ['but no flag that is neither true nor false', {}, { force: 'maybe' }, undefined],
  ['text even where a number came', {}, { queue: 7 }, { queue: '7' }],
  ['nothing where none is set or declared', {}, { tries: null }, undefined],
])('an update of a worker carries the whole config: %s', (_, declared, there, config) => {
  expect(updateFor(pinnedWorker(declared), storing(there))).toEqual(config === undefined ? {} : { config });
  expect(updateFor(pinnedWorker(declared, 2), storing(there))).toMatchObject({ processes: 2 });
});

test('a queue list of a megabyte of blanks is read at once', () => {
  const queue = `a${' '.repeat(1_000_000)}b`;
  expect(foldQueue(`${queue} ,c`)).toBe(`${queue},c`);
});

test('no two processes of different identity have one name, or one description', () => {
  const specs: ProcessSpec[] = [
    worker({ queue: 'a (redis)' }),
    worker({ queue: 'a', connection: 'redis' }),
    worker({ queue: 'a of connection redis' }),
    worker({ queue: 'a', connection: 'b) (c' }),
    worker({ queue: 'a (b)', connection: 'c' }),
    custom('worker a (redis)'),
    custom('worker "a (redis)"'),
    custom('custom process "worker a (redis)"'),
  ];
  expect(new Set(specs.map(shortName)).size).toBe(specs.length);
  expect(new Set(specs.map((spec) => describeProcess(spec, Infinity))).size).toBe(specs.length);
});
