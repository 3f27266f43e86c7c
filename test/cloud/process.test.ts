import { describe, expect, test } from 'vitest';
import { couldBe, statesIdentity } from '../../src/cloud/compare.ts';
import { instanceOf, processFrom } from '../../src/cloud/process.ts';
import { cloudService } from '../../src/cloud/service.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** A process as the API answers with it. */
const answered = (attributes: Attributes) =>
  processFrom('process-1', { id: 'process-1', type: 'background_processes', attributes }, 'inst-1');
const worker = (attributes: Attributes) => answered({ type: 'worker', processes: 1, ...attributes });
const custom = (attributes: Attributes) =>
  answered({ type: 'custom', processes: 1, command: 'php artisan horizon', ...attributes });

test('a worker as recorded is read with all that is set on it', () => {
  const command = 'php artisan queue:work database --sleep=10 --quiet';
  const config = { connection: 'database', queue: null, sleep: 10, 'max-jobs': null };
  const resource = {
    id: 'process-2',
    attributes: {
      ...{ type: 'worker', processes: 2, command, config, strategy_type: 'queue_size' },
      ...{ strategy_threshold: 50, created_at: '2026-04-04T11:24:42.000000Z' },
    },
    relationships: { instance: { data: { type: 'instances', id: 'inst-7' } } },
  };
  expect(processFrom('process-2', resource, 'inst-1')).toEqual({
    ...{ id: 'process-2', type: 'worker', processes: 2, command, config, tellsConfig: true },
    ...{ strategy: 'queue_size', strategyThreshold: 50, createdAt: '2026-04-04T11:24:42.000000Z' },
    ...{ instanceId: 'inst-7', doubt: undefined, odd: [], resource },
  });
});

test('a custom process as recorded for a create has neither config nor strategy', () => {
  const created = custom({ config: [], strategy_type: null, strategy_threshold: null, created_at: null });
  expect(created).toMatchObject({
    ...{ command: 'php artisan horizon', config: {}, tellsConfig: false, strategy: 'none' },
    ...{ strategyThreshold: null, createdAt: null, instanceId: 'inst-1', doubt: undefined, odd: [] },
  });
  expect(statesIdentity(created)).toBe(true);
});

const bareCommand = 'php artisan queue:work --quiet';
const untold = 'its options are not reported, and its command has some';

describe('The config of a worker', () => {
  test.each([
    ['an object', { queue: 'high', tries: 3 }],
    ['an object in a list of one', [{ queue: 'high', tries: 3 }]],
  ])('that is %s is that object', (_, config) => {
    const read = worker({ config, command: null });
    const known = { config: { queue: 'high', tries: 3 }, tellsConfig: true, odd: [], doubt: undefined };
    expect(read).toMatchObject(known);
    expect(statesIdentity(read)).toBe(true);
  });

  test.each([
    ['the documented example', ['<unknown>'], 'a list of 1'],
    ['a text', 'high', 'a string'],
    ['a number', 7, 'a number'],
    ['a flag', true, 'a boolean'],
  ])('that is not understood leaves the worker in doubt: %s', (_, config, shown) => {
    const read = worker({ config, command: bareCommand });
    const doubt = 'its options are not understood';
    expect(read).toMatchObject({ doubt, odd: [`config: ${shown}`], tellsConfig: false });
    expect(statesIdentity(read)).toBe(false);
  });

  const odd = 'its queue or connection is not understood';

  test.each([
    ['a list as its queue', { queue: ['high'] }, odd],
    ['an object as its connection', { queue: 'high', connection: { name: 'redis' } }, odd],
    ['a flag as its queue', { queue: true }, odd],
    ['a number as its queue', { queue: 1, connection: null }, undefined],
  ])('that names %s leaves a doubt or not: %s', (_, config, doubt) => {
    expect(worker({ config }).doubt).toBe(doubt);
  });

  test('is never repeated where it is not understood: it may be a secret', () => {
    const read = worker({ config: ['secret'], strategy_type: { secret: 1 }, created_at: 5 });
    expect(read.odd).toEqual(['config: a list of 1', 'strategy_type: an object', 'created_at: a number']);
  });

  test.each([
    ['missing', {}],
    ['null', { config: null }],
    ['an empty list', { config: [] }],
    ['an empty object', { config: {} }],
    ['an empty text', { config: '' }],
  ])('that is not told is read from the generated command, unless that names a queue (%s)', (_, told) => {
    const read = worker({ ...told, command: `${bareCommand} --tries=3 --timeout=90 --force` });
    const config = { tries: '3', timeout: '90', force: true };
    expect(read).toMatchObject({ config, tellsConfig: false, doubt: undefined, odd: [] });
    expect(statesIdentity(read)).toBe(false);
    expect(worker({ ...told, command: `${bareCommand} --queue=high` }).doubt).toBe(untold);
  });
});

describe('A worker whose config is not told', () => {
  const unknown = 'neither its options nor its command are known';

  test.each([
    ['php artisan queue:work redis --quiet', untold],
    ['php artisan queue:work --quiet redis', untold],
    ["php artisan queue:work '--queue=high'", untold],
    ['php artisan queue:work --queue high', untold],
    ['php artisan queue:work \\\n  --queue=high', untold],
    [null, unknown],
    [' ', unknown],
    [5, unknown],
  ])('is in doubt where its command is %j', (command, doubt) => {
    expect(worker({ command }).doubt).toBe(doubt);
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
  test.each([undefined, null, '', ' \t', 5])('is in doubt when its command is %j', (command) => {
    const odd = command === 5 ? ['command: a number'] : [];
    expect(custom({ command })).toMatchObject({ doubt: 'its command is not known', odd });
  });

  test.each([[['<unknown>']], ['text'], [7], [[{ queue: 'high' }]], [{ queue: 'high' }]])(
    'is known by its command, whatever its config is: %j',
    (config) => {
      expect(custom({ config })).toMatchObject({ config: {}, doubt: undefined, odd: [] });
    },
  );

  test.each([
    ['processes', null, { processes: undefined }, 'null'],
    ['processes', 'two', { processes: undefined }, 'a string'],
    ['processes', [2], { processes: undefined }, 'a list of 1'],
    ['processes', '2', { processes: 2 }],
    ['strategy_type', 5, { strategy: '' }, 'a number'],
    ['strategy_threshold', {}, { strategyThreshold: null }, 'an object'],
    ['strategy_threshold', 'many', { strategyThreshold: null }, 'a string'],
    ['strategy_threshold', '1.5', { strategyThreshold: 1.5 }],
    ['created_at', 1_775_301_882, { createdAt: null }, 'a number'],
  ])('loses a field that is not as expected, and nothing else: %s: %j', (field, value, expected, odd?) => {
    const read = custom({ [field]: value });
    expect(read).toMatchObject({ id: 'process-1', command: 'php artisan horizon', ...expected });
    expect(read).toMatchObject({ doubt: undefined, odd: odd === undefined ? [] : [`${field}: ${odd}`] });
  });

  test('may lack fields, which is nothing odd', () => {
    expect(answered({ type: 'custom', command: 'php x' })).toMatchObject({
      ...{ processes: undefined, strategy: 'none', strategyThreshold: null, createdAt: null, odd: [] },
    });
  });
});

describe('The type', () => {
  const doubt = 'its type is not known';

  test.each([{}, { type: '' }, { type: 5 }])('leaves a process in doubt that has %j', (told) => {
    const read = answered({ command: 'php artisan horizon', ...told });
    expect(read).toMatchObject({ type: '', doubt });
    expect(cloudService.describeExisting(read)).toBe('process of type unknown');
  });

  test('that is not known yet passes through, and is no doubt: nobody can declare it', () => {
    const type = 'scheduler';
    expect(answered({ type, processes: null })).toMatchObject({ type, doubt: undefined });
  });
});

test.each([
  ['of no known type and command', {}, true, true],
  ['of no known type, with its command', { command: ' php  artisan horizon' }, true, true],
  ['of no known type, with another command', { command: 'php artisan reverb:start' }, false, true],
  ['a custom process', { type: 'custom' }, true, false],
  ['a worker', { type: 'worker' }, false, true],
  ['of another type', { type: 'scheduler' }, false, false],
])('a process in doubt could be the declared one or not: one %s', (_, told, isHorizon, isMail) => {
  const horizon: ProcessSpec = { type: 'custom', processes: 1, command: 'php artisan horizon' };
  const mail: ProcessSpec = { type: 'worker', processes: 1, config: { queue: 'mail' } };
  const read = answered(told);
  expect([couldBe(horizon, read), couldBe(mail, read)]).toEqual([isHorizon, isMail]);
});

test('a process that names no instance is on the one that was asked for, or on an unknown one', () => {
  expect(instanceOf({ relationships: { instance: { data: { id: 7 } } } })).toBe('7');
  const related = (data: unknown) => ({ relationships: { instance: { data } } });
  for (const resource of [{}, { relationships: {} }, related(null), related({ id: '' })]) {
    expect(instanceOf(resource)).toBeUndefined();
    expect(processFrom('process-1', resource, 'inst-1').instanceId).toBe('inst-1');
    expect(processFrom('process-1', resource).instanceId).toBe('');
  }
});
