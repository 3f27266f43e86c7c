import { describe, expect, test } from 'vitest';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import { CloudPinnedStore, CloudProcessStore, type ProcessStoreOptions } from '../../src/cloud/store.ts';
import { Failure } from '../../src/failure.ts';
import { htmlPage, json, networkError, type Reply, text } from '../support/fake-transport.ts';
import { failureOf, scriptedClient } from '../support/test-client.ts';

const custom: ProcessSpec = { type: 'custom', processes: 1, command: 'php artisan my:command' };

/** As recorded for a create: no strategy, an empty list for a config, no relationships. */
const createdResource = {
  id: 'process-1',
  type: 'background_processes',
  attributes: {
    type: 'custom',
    processes: 1,
    command: 'php artisan my:command',
    config: [],
    strategy_type: null,
    strategy_threshold: null,
    created_at: '2026-04-04T11:24:42.000000Z',
  },
};

/** As recorded for a worker that is read back. */
const workerResource = {
  id: 'process-2',
  type: 'background_processes',
  attributes: {
    type: 'worker',
    processes: '2',
    command: 'php artisan queue:work database --sleep=10 --quiet',
    config: { connection: 'database', queue: null, name: null, tries: null, sleep: 10, 'max-jobs': null },
    strategy_type: 'queue_size',
    strategy_threshold: '50',
    created_at: '2026-04-04T11:24:42.000000Z',
  },
  relationships: { instance: { data: { type: 'instances', id: 'inst-7' } } },
};

const instance = (id: string) => ({
  id,
  type: 'instances',
  attributes: { name: 'App', type: 'app', min_replicas: 1, max_replicas: 3 },
});

function storeWith(replies: readonly Reply[], instanceId = 'inst-1', options: ProcessStoreOptions = {}) {
  const scripted = scriptedClient(replies);
  return { ...scripted, store: new CloudProcessStore(scripted.client, instanceId, options) };
}

/** Such as an action hands in. */
const fieldName = (field: string): string => `the input ${field}`;

async function messageFrom(task: Promise<unknown>): Promise<string> {
  const error = await failureOf(task);
  if (!(error instanceof Failure)) throw error;
  return error.message;
}

describe('listing', () => {
  test('gives each process as it is understood, and as it came only where that is wanted', async () => {
    const { store, clock, transport } = storeWith(
      [
        json(
          200,
          { data: [createdResource, workerResource], included: [instance('inst-1')] },
          { date: 'Sat, 04 Apr 2026 11:24:42 GMT' },
        ),
      ],
      'inst-1',
      { keepsResource: ({ type }) => type === 'custom' },
    );
    const { processes, pages, serverTime } = await clock.run(store.list());
    const [first, second] = processes;
    expect([pages, serverTime]).toEqual([1, Date.UTC(2026, 3, 4, 11, 24, 42)]);
    expect(transport.asked).toEqual(['GET /api/instances/inst-1/background-processes?include=instance']);
    expect(first).toEqual({
      id: 'process-1',
      type: 'custom',
      processes: 1,
      command: 'php artisan my:command',
      config: {},
      strategy: 'none',
      strategyThreshold: null,
      createdAt: '2026-04-04T11:24:42.000000Z',
      instanceId: 'inst-1',
      resource: createdResource,
    });
    expect(second).toMatchObject({
      processes: 2,
      config: workerResource.attributes.config,
      strategy: 'queue_size',
      strategyThreshold: 50,
      instanceId: 'inst-7',
      resource: undefined,
    });
    expect(store.latest).toBe(processes);
  });

  test('learns about its instance, and no other', async () => {
    const included = [instance('inst-2'), instance('inst-1'), { id: 'inst-1', type: 'environments' }];
    const { store, clock } = storeWith([json(200, { data: [], included }), json(200, { data: [] })]);
    expect(store.instance).toBeUndefined();
    await clock.run(store.list());
    expect(store.instance).toMatchObject({ id: 'inst-1', name: 'App', minReplicas: 1, maxReplicas: 3 });
    await clock.run(store.list());
    expect(store.instance?.id).toBe('inst-1');
  });

  test('passes over a process of a kind and shape that nobody can declare', async () => {
    const odd = { id: 'process-9', attributes: { type: 'scheduler', processes: null } };
    const { store, clock, transport } = storeWith([json(200, { data: [odd, createdResource] })]);
    const { processes, unreadable } = await clock.run(store.list());
    expect(processes.map(({ id }) => id)).toEqual(['process-1']);
    expect(unreadable.map(({ id, known }) => [id, known])).toEqual([['process-9', { type: 'scheduler' }]]);
    expect(transport.asked).toHaveLength(1);
  });

  test.each([
    [
      'a number',
      { id: 'p', attributes: { type: 'worker', processes: null, config: [{ queue: 'high' }] } },
      { id: 'p', known: { type: 'worker', config: { queue: 'high' } } },
    ],
    [
      'a config',
      { id: 'p', attributes: { type: 'worker', processes: 1, command: 'php x', config: ['--force'] } },
      { id: 'p', known: { type: 'worker', command: 'php x' } },
    ],
    [
      'a config of two',
      { id: 'p', attributes: { type: 'worker', processes: 1, config: [{}, {}] } },
      { id: 'p' },
    ],
    [
      'a config of lists',
      { id: 'p', attributes: { type: 'worker', processes: 1, config: [[]] } },
      { id: 'p' },
    ],
    [
      'an id',
      { id: 7, attributes: { type: 'custom', processes: 1, command: null, config: null } },
      { id: '7', known: { type: 'custom', command: null } },
    ],
    ['a type', { attributes: { type: 5, command: 6 } }, { id: 'one without an id', known: {} }],
    ['attributes', { id: 'p' }, { id: 'p', known: {} }],
  ])('tells of one without %s that is understood, as far as it goes', async (_, odd, told) => {
    const { store, clock } = storeWith([json(200, { data: [createdResource, odd] })]);
    const { processes, unreadable } = await clock.run(store.list());
    expect(processes).toHaveLength(1);
    expect(unreadable).toEqual([expect.objectContaining(told)]);
    expect(unreadable[0]?.why).toContain('expected');
  });

  test.each([
    ['an empty list', [], {}],
    ['a list of one', [{ queue: 'high' }], { queue: 'high' }],
    ['nothing', null, {}],
  ])('takes a config that is %s for what it says', async (_, config, told) => {
    const resource = { id: 'p', attributes: { type: 'worker', processes: 1, config } };
    const { store, clock } = storeWith([json(200, { data: [resource] })]);
    expect((await clock.run(store.list())).processes[0]?.config).toEqual(told);
  });

  test('gives first what has been looked at before, and asks nothing that is known', async () => {
    const { client, clock, transport } = scriptedClient([json(200, { data: [createdResource] })]);
    const known = {
      instance: {
        id: 'inst-1',
        name: 'App',
        type: 'app',
        minReplicas: 1,
        maxReplicas: 1,
        sleeps: false,
        environmentId: undefined,
      },
      listing: { processes: [], unreadable: [], pages: 1, serverTime: 5 },
    };
    const store = new CloudProcessStore(client, 'inst-1', known);
    expect(await clock.run(store.list())).toBe(known.listing);
    expect((await clock.run(store.list())).processes).toHaveLength(1);
    expect(transport.asked).toEqual(['GET /api/instances/inst-1/background-processes']);
  });

  test('takes what is left out of a process for nothing', async () => {
    const bare = { id: 'process-3', attributes: { type: 'odd', processes: 1 } };
    const { store, clock } = storeWith([json(200, { data: [bare] })]);
    const { processes, serverTime } = await clock.run(store.list());
    expect(serverTime).toBeUndefined();
    expect(processes).toEqual([
      {
        id: 'process-3',
        type: 'odd',
        processes: 1,
        command: null,
        config: {},
        strategy: 'none',
        strategyThreshold: null,
        createdAt: null,
        instanceId: 'inst-1',
        resource: undefined,
      },
    ]);
  });

  test('of an instance that is not there says what to check', async () => {
    const { store, clock } = storeWith([json(404, { message: 'Not found.' })]);
    expect(await clock.run(messageFrom(store.list()))).toBe(
      'Listing the background processes of inst-1: The Cloud answered 404: Not found. Check the instance inst-1: it may be mistyped, be gone, or belong to an organization that the token is not of.',
    );
  });
});

describe('creating', () => {
  test.each<[string, ProcessSpec, unknown]>([
    ['a custom process', custom, { type: 'custom', processes: 1, command: 'php artisan my:command' }],
    [
      'a worker',
      { type: 'worker', processes: 2, config: { queue: 'high', tries: 0 } },
      { type: 'worker', processes: 2, config: { queue: 'high', tries: 0 } },
    ],
    [
      'a worker without options',
      { type: 'worker', processes: 2, config: {} },
      { type: 'worker', processes: 2 },
    ],
  ])('%s sends what was declared, and no more', async (_, spec, body) => {
    const { store, clock, transport } = storeWith([json(201, { data: createdResource })]);
    const sent = await clock.run(store.create(spec));
    expect(transport.asked).toEqual(['POST /api/instances/inst-1/background-processes']);
    expect(JSON.parse(transport.requests[0]?.body ?? '')).toEqual(body);
    expect(sent).toMatchObject({ kind: 'created', made: { id: 'process-1' } });
  });

  test.each([
    ['a reset', networkError('ECONNRESET'), 'the connection broke off (ECONNRESET)'],
    ['a 502', text(502, ''), 'The Cloud answered 502'],
    ['a page', htmlPage, 'the answer is an HTML page instead of JSON'],
    ['a time-out', 'no answer' as const, 'no full answer came within 30 s'],
  ])('may have happened after %s', async (_, reply, cause) => {
    const { store, clock, transport } = storeWith([reply]);
    expect(await clock.run(store.create(custom))).toEqual({ kind: 'lost', cause });
    expect(transport.requests).toHaveLength(1);
  });

  test('surely did not happen after a refusal, which names the inputs', async () => {
    const errors = { 'config.queue': ['Too long.'], config: ['Odd.'], processes: ['Too many.'] };
    const refusal = json(422, { message: 'Invalid.', errors });
    const { store, clock } = storeWith([refusal], 'inst-1', { fieldName });
    expect(await clock.run(messageFrom(store.create(custom)))).toContain(
      'Invalid. · the input config.queue: Too long. · the input config: Odd. · the input processes: Too many.',
    );
    const plain = storeWith([refusal]);
    expect(await plain.clock.run(messageFrom(plain.store.create(custom)))).toContain(
      '· config.queue: Too long.',
    );
  });

  test('on an instance that is not there says what to check', async () => {
    const { store, clock } = storeWith([text(404, '')]);
    expect(await clock.run(messageFrom(store.create(custom)))).toContain('Check the instance inst-1');
  });
});

describe('one process', () => {
  test('is read by its id, and tells its instance', async () => {
    const { store, clock, transport } = storeWith(
      [json(200, { data: workerResource, included: [instance('inst-7')] })],
      'inst-7',
    );
    expect(await clock.run(store.find('process-2'))).toMatchObject({ id: 'process-2', instanceId: 'inst-7' });
    expect(transport.asked).toEqual(['GET /api/background-processes/process-2?include=instance']);
    expect(store.instance?.id).toBe('inst-7');
  });

  test('of an unknown instance has no instance’s id', async () => {
    const { client, clock } = scriptedClient([json(200, { data: createdResource })]);
    const store = new CloudPinnedStore(client, undefined);
    expect((await clock.run(store.find('process-1')))?.instanceId).toBe('');
  });

  test('of an unknown instance tells which it is on, and is held to it from then on', async () => {
    const other = { ...workerResource, relationships: { instance: { data: { id: 'inst-8' } } } };
    const { client, clock } = scriptedClient([
      json(200, { data: workerResource, included: [instance('inst-7')] }),
      json(200, { data: other }),
    ]);
    const store = new CloudPinnedStore(client, undefined);
    expect((await clock.run(store.find('process-2')))?.instanceId).toBe('inst-7');
    expect(await clock.run(messageFrom(store.find('process-2')))).toContain(
      'it is on the instance inst-8, and not on inst-7',
    );
  });

  test('whose answer leaves its instance out is looked for on the one that was given', async () => {
    const { relationships: _, ...bare } = workerResource;
    const { client, clock, transport } = scriptedClient([
      json(200, { data: bare }),
      json(200, { data: [createdResource] }),
    ]);
    const store = new CloudPinnedStore(client, 'inst-7');
    expect(await clock.run(messageFrom(store.find('process-2')))).toContain(
      'it is not on the instance inst-7',
    );
    expect(transport.asked[1]).toBe('GET /api/instances/inst-7/background-processes');
  });

  test('whose answer does not bring its instance along has it read, since it may be a managed queue', async () => {
    const managed = {
      id: 'inst-7',
      type: 'instances',
      attributes: { name: 'queues', type: 'managed_queue' },
    };
    const { client, clock } = scriptedClient([
      json(200, { data: workerResource }),
      json(200, { data: managed }),
    ]);
    const store = new CloudPinnedStore(client, undefined);
    await clock.run(store.find('process-2'));
    expect(() => store.mayWrite()).toThrow('it is a managed queue');
  });

  test('is not what an answer says that is about another one', async () => {
    const { store, clock, transport } = storeWith([
      json(200, { data: workerResource }),
      json(200, { data: createdResource }),
    ]);
    expect((await clock.run(store.find('process-1')))?.id).toBe('process-1');
    expect(transport.asked).toHaveLength(2);
    const stubborn = storeWith(Array(9).fill(json(200, { data: workerResource })));
    expect(await stubborn.clock.run(messageFrom(stubborn.store.find('process-1')))).toContain(
      'does not have the expected shape (at data.id',
    );
  });

  test('is updated with what is given', async () => {
    const { store, clock, transport } = storeWith([json(200, { data: createdResource })]);
    const updated = await clock.run(store.update('process-1', { processes: 2, config: { tries: 3 } }));
    expect(updated?.id).toBe('process-1');
    expect(transport.asked).toEqual(['PATCH /api/background-processes/process-1']);
    expect(transport.requests[0]?.body).toBe('{"processes":2,"config":{"tries":3}}');
  });

  test('whose update is refused names the inputs', async () => {
    const refusal = json(422, { errors: { 'config.tries': ['Too many.'] } });
    const { store, clock } = storeWith([refusal], 'inst-1', { fieldName });
    expect(await clock.run(messageFrom(store.update('process-1', { processes: 2 })))).toContain(
      'Updating background process process-1: The Cloud answered 422: the input config.tries: Too many.',
    );
  });

  test('is removed', async () => {
    const { store, clock, transport } = storeWith([text(204, '')]);
    await clock.run(store.remove('process-1'));
    expect(transport.asked).toEqual(['DELETE /api/background-processes/process-1']);
  });

  test('that is not there is nothing to read or update, and removed already', async () => {
    const { store, clock } = storeWith([text(404, ''), text(404, ''), text(404, '')]);
    expect(await clock.run(store.find('process-1'))).toBeUndefined();
    expect(await clock.run(store.update('process-1', { processes: 1 }))).toBeUndefined();
    await clock.run(store.remove('process-1'));
  });

  test('that may not be touched is an error', async () => {
    const { store, clock } = storeWith([text(403, ''), text(403, ''), text(403, '')]);
    expect(await clock.run(messageFrom(store.find('process-1')))).toContain(
      'Reading background process process-1',
    );
    expect(await clock.run(messageFrom(store.update('process-1', { processes: 1 })))).toContain('403');
    expect(await clock.run(messageFrom(store.remove('process-1')))).toContain(
      'Deleting background process process-1',
    );
  });
});

describe('a process of another shape', () => {
  test.each([
    ['no attributes', { id: 'process-1' }, 'attributes'],
    ['an id that is empty', { ...createdResource, id: '' }, 'id'],
    [
      'a number that is none',
      { ...createdResource, attributes: { ...createdResource.attributes, processes: 'two' } },
      'attributes.processes',
    ],
    [
      'a date that is a number',
      { ...createdResource, attributes: { ...createdResource.attributes, created_at: 5 } },
      'attributes.created_at',
    ],
  ])('is refused with the place: %s', async (_, resource, place) => {
    const { store, clock } = storeWith(Array(5).fill(json(200, { data: resource })));
    expect(await clock.run(messageFrom(store.find('process-1')))).toContain(place);
  });
});

describe('an instance of type managed_queue', () => {
  const managed = { ...instance('inst-1'), attributes: { name: 'Jobs', type: 'managed_queue' } };

  test('takes no writes, as soon as that is known', async () => {
    const { store, clock } = storeWith([json(200, { data: [], included: [managed] })]);
    store.mayWrite();
    await clock.run(store.list());
    expect(() => store.mayWrite()).toThrow(
      'The instance Jobs (inst-1): it is a managed queue: its worker belongs to Laravel Cloud, so nothing is created, changed or deleted there. Nothing was changed. Declare the process on the App cluster or on a worker cluster.',
    );
  });

  test('is the only one of that kind', async () => {
    const { store, clock } = storeWith([json(200, { data: [], included: [instance('inst-1')] })]);
    await clock.run(store.list());
    expect(() => store.mayWrite()).not.toThrow();
  });
});
