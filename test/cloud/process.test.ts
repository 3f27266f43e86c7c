import { describe, expect, test } from 'vitest';
import { couldBe, describeExisting, statesIdentity } from '../../src/cloud/identity.ts';
import { instanceOf, processFrom } from '../../src/cloud/process.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';

/** A process as the API answers with it. */
const answered = (attributes: Readonly<Record<string, unknown>>) =>
  processFrom('process-1', { id: 'process-1', type: 'background_processes', attributes }, 'inst-1');

const worker = (attributes: Readonly<Record<string, unknown>>) =>
  answered({ type: 'worker', processes: 1, ...attributes });
const custom = (attributes: Readonly<Record<string, unknown>>) =>
  answered({ type: 'custom', processes: 1, command: 'php artisan horizon', ...attributes });

const bareCommand = 'php artisan queue:work --quiet';

test('a worker as recorded is read with all that is set on it', () => {
  const config = { connection: 'database', queue: null, sleep: 10, 'max-jobs': null };
  const resource = {
    id: 'process-2',
    attributes: {
      type: 'worker',
      processes: 2,
      command: 'php artisan queue:work database --sleep=10 --quiet',
      config,
      strategy_type: 'queue_size',
      strategy_threshold: 50,
      created_at: '2026-04-04T11:24:42.000000Z',
    },
    relationships: { instance: { data: { type: 'instances', id: 'inst-7' } } },
  };
  expect(processFrom('process-2', resource, 'inst-1')).toEqual({
    id: 'process-2',
    type: 'worker',
    processes: 2,
    command: 'php artisan queue:work database --sleep=10 --quiet',
    config,
    tellsConfig: true,
    strategy: 'queue_size',
    strategyThreshold: 50,
    createdAt: '2026-04-04T11:24:42.000000Z',
    instanceId: 'inst-7',
    doubt: undefined,
    odd: [],
    resource,
  });
});

test('a custom process as recorded for a create has neither config nor strategy', () => {
  const created = custom({ config: [], strategy_type: null, strategy_threshold: null, created_at: null });
  expect(created).toMatchObject({
    command: 'php artisan horizon',
    config: {},
    tellsConfig: false,
    strategy: 'none',
    strategyThreshold: null,
    createdAt: null,
    instanceId: 'inst-1',
    doubt: undefined,
    odd: [],
  });
  expect(statesIdentity(created)).toBe(true);
});

describe('The config of a worker', () => {
  test.each([
    ['an object', { queue: 'high', tries: 3 }],
    ['an object in a list of one', [{ queue: 'high', tries: 3 }]],
  ])('that is %s is that object', (_, config) => {
    const read = worker({ config, command: null });
    expect(read).toMatchObject({ config: { queue: 'high', tries: 3 }, tellsConfig: true, odd: [] });
    expect(read.doubt).toBeUndefined();
    expect(statesIdentity(read)).toBe(true);
  });

  test.each([
    ['the documented example', ['<unknown>'], 'a list of 1'],
    ['a list of null', [null], 'a list of 1'],
    ['a list of a list', [[]], 'a list of 1'],
    ['two objects', [{}, {}], 'a list of 2'],
    ['a text', 'high', 'a string'],
    ['a number', 7, 'a number'],
    ['a flag', true, 'a boolean'],
  ])('that is not understood leaves the worker in doubt: %s', (_, config, shown) => {
    const read = worker({ config, command: bareCommand });
    expect(read).toMatchObject({
      id: 'process-1',
      doubt: 'its options are not understood',
      odd: [`config: ${shown}`],
      tellsConfig: false,
    });
    expect(statesIdentity(read)).toBe(false);
  });

  test.each([
    ['a queue', { queue: ['high'] }],
    ['a connection', { queue: 'high', connection: { name: 'redis' } }],
    ['a queue that is a flag', { queue: true }],
  ])('that names %s of another kind leaves the worker in doubt', (_, config) => {
    expect(worker({ config }).doubt).toBe('its queue or connection is not understood');
  });

  test('may name queue and connection as numbers, or as nothing', () => {
    expect(worker({ config: { queue: 1, connection: null } }).doubt).toBeUndefined();
  });

  test('never repeats what it does not understand: it may be a secret', () => {
    const read = worker({ config: ['secret'], strategy_type: { secret: 1 }, created_at: 5 });
    expect(read.odd).toEqual(['config: a list of 1', 'strategy_type: an object', 'created_at: a number']);
  });
});

describe('A worker whose config is not told', () => {
  const untold = [
    ['missing', {}],
    ['null', { config: null }],
    ['an empty list', { config: [] }],
    ['an empty object', { config: {} }],
    ['a list with an empty object', { config: [{}] }],
    ['an empty text', { config: '' }],
  ] as const;

  test.each(untold)('is read from its generated command (%s)', (_, told) => {
    const command = 'php artisan queue:work --tries=3 --timeout=90 --quiet --force';
    const read = worker({ ...told, command });
    expect(read).toMatchObject({
      config: { tries: '3', timeout: '90', force: true },
      tellsConfig: false,
      doubt: undefined,
      odd: [],
    });
    expect(statesIdentity(read)).toBe(false);
  });

  test.each(untold)('is in doubt where that names a queue (%s)', (_, told) => {
    const read = worker({ ...told, command: 'php artisan queue:work --queue=high --quiet' });
    expect(read.doubt).toBe('its options are not told, and its command has some');
  });

  test.each([
    'php artisan queue:work redis --quiet',
    'php artisan queue:work --quiet redis',
    "php artisan queue:work '--queue=high'",
    'php artisan queue:work --queue high',
    'php artisan queue:work \\\n  --queue=high',
  ])('is in doubt where its command may name a queue or a connection: %j', (command) => {
    expect(worker({ command }).doubt).toBe('its options are not told, and its command has some');
  });

  test.each([
    ['null', null],
    ['blank', ' '],
    ['of another kind', 5],
  ])('is in doubt where the command is %s as well', (_, command) => {
    expect(worker({ command }).doubt).toBe('neither its options nor its command are known');
  });

  test('has only the options that its command names', () => {
    expect(worker({ command: bareCommand }).config).toEqual({});
    const all = '--tries=1 --backoff=2 --sleep=3 --rest=4 --timeout=5 --memory=6 --name=x --forced';
    expect(worker({ command: `php artisan queue:work ${all}` }).config).toEqual({
      ...{ tries: '1', backoff: '2', sleep: '3', rest: '4', timeout: '5' },
    });
  });
});

describe('A custom process', () => {
  test.each([
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['blank', ' \t'],
    ['a number', 5],
  ])('is in doubt when its command is %s', (_, command) => {
    const read = custom({ command });
    expect(read.doubt).toBe('its command is not known');
    expect(read.odd).toEqual(command === 5 ? ['command: a number'] : []);
  });

  test.each([[['<unknown>']], [[null]], [[[]]], ['text'], [7], [[{ queue: 'high' }]], [{ queue: 'high' }]])(
    'is known by its command, whatever its config is: %j',
    (config) => {
      expect(custom({ config })).toMatchObject({ config: {}, doubt: undefined, odd: [] });
    },
  );
});

describe('A field that is not as expected is left out, and nothing else', () => {
  test.each([
    ['processes', null, { processes: undefined }, 'processes: null'],
    ['processes', 'two', { processes: undefined }, 'processes: a string'],
    ['processes', [2], { processes: undefined }, 'processes: a list of 1'],
    ['strategy_type', 5, { strategy: '' }, 'strategy_type: a number'],
    ['strategy_threshold', {}, { strategyThreshold: null }, 'strategy_threshold: an object'],
    ['strategy_threshold', 'many', { strategyThreshold: null }, 'strategy_threshold: a string'],
    ['created_at', 1_775_301_882, { createdAt: null }, 'created_at: a number'],
  ])('%s: %j', (field, value, expected, odd) => {
    const read = custom({ [field]: value });
    expect(read).toMatchObject({ id: 'process-1', command: 'php artisan horizon', ...expected });
    expect(read).toMatchObject({ doubt: undefined, odd: [odd] });
  });

  test.each([
    ['processes', '2', { processes: 2 }],
    ['strategy_threshold', '50', { strategyThreshold: 50 }],
    ['strategy_threshold', '1.5', { strategyThreshold: 1.5 }],
    ['strategy_type', 'a new one', { strategy: 'a new one' }],
  ])('%s: %j is understood', (field, value, expected) => {
    expect(custom({ [field]: value })).toMatchObject({ ...expected, odd: [] });
  });

  test('what is missing is nothing odd', () => {
    expect(answered({ type: 'custom', command: 'php x' })).toMatchObject({
      processes: undefined,
      strategy: 'none',
      strategyThreshold: null,
      createdAt: null,
      odd: [],
    });
  });
});

describe('The type', () => {
  test.each([
    ['is missing', {}],
    ['is empty', { type: '' }],
    ['is no text', { type: 5 }],
  ])('that %s leaves a process in doubt', (_, told) => {
    const read = answered({ command: 'php artisan horizon', ...told });
    expect(read).toMatchObject({ type: '', doubt: 'its type is not known' });
    expect(describeExisting(read)).toBe('process of type unknown');
  });

  test.each([
    ['no attributes', { id: 'process-1' }],
    ['attributes that are a list', { id: 'process-1', attributes: [] }],
    ['nothing', undefined],
  ])('is not told by a resource with %s', (_, resource) => {
    expect(processFrom('process-1', resource, 'inst-1').doubt).toBe('its type is not known');
  });

  test('that is not known yet passes through, and is no doubt: nobody can declare it', () => {
    expect(answered({ type: 'scheduler', processes: null })).toMatchObject({
      type: 'scheduler',
      doubt: undefined,
    });
  });
});

describe('A process in doubt could be', () => {
  const horizon: ProcessSpec = { type: 'custom', processes: 1, command: 'php artisan horizon' };
  const mail: ProcessSpec = { type: 'worker', processes: 1, config: { queue: 'mail' } };

  test.each([
    ['of no known type and command', {}, true, true],
    ['of no known type, with its command', { command: ' php  artisan horizon' }, true, true],
    ['of no known type, with another command', { command: 'php artisan reverb:start' }, false, true],
    ['a custom process', { type: 'custom' }, true, false],
    ['a worker', { type: 'worker' }, false, true],
    ['of another type', { type: 'scheduler' }, false, false],
  ])('the declared one or not: one %s', (_, told, isHorizon, isMail) => {
    const read = answered(told);
    expect([couldBe(horizon, read), couldBe(mail, read)]).toEqual([isHorizon, isMail]);
  });
});

test.each([
  ['a text', 'inst-7', 'inst-7'],
  ['a number', 7, '7'],
])('the instance that a process names may have an id that is %s', (_, id, expected) => {
  expect(instanceOf({ relationships: { instance: { data: { id } } } })).toBe(expected);
});

test('a process that names no instance is on the one that was asked for, or on an unknown one', () => {
  for (const resource of [{}, { relationships: {} }, { relationships: { instance: { data: null } } }]) {
    expect(instanceOf(resource)).toBeUndefined();
    expect(processFrom('process-1', resource, 'inst-1').instanceId).toBe('inst-1');
    expect(processFrom('process-1', resource).instanceId).toBe('');
  }
});
