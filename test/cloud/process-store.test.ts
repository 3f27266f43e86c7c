import { describe, expect, test } from 'vitest';
import { CloudProcessStore } from '../../src/cloud/process-store.ts';
import { Failure } from '../../src/failure.ts';
import type { ProcessSpec } from '../../src/processes/spec.ts';
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

function storeWith(replies: readonly Reply[], instanceId: string | undefined = 'inst-1') {
  const scripted = scriptedClient(replies);
  return { ...scripted, store: new CloudProcessStore(scripted.client, instanceId) };
}

async function messageFrom(task: Promise<unknown>): Promise<string> {
  const error = await failureOf(task);
  if (!(error instanceof Failure)) throw error;
  return error.message;
}

describe('listing', () => {
  test('gives each process as it is understood, and as it came', async () => {
    const { store, clock, transport } = storeWith([
      json(
        200,
        { data: [createdResource, workerResource], included: [instance('inst-1')] },
        { date: 'Sat, 04 Apr 2026 11:24:42 GMT' },
      ),
    ]);
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
      resource: workerResource,
    });
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
    const { processes } = await clock.run(store.list());
    expect(processes.map(({ id }) => id)).toEqual(['process-1']);
    expect(transport.asked).toHaveLength(1);
  });

  test.each([
    ['a worker', { id: 'process-9', attributes: { type: 'worker', processes: null } }, 'process-9'],
    ['a custom process', { id: 7, attributes: { type: 'custom', processes: 1 } }, '7'],
    ['one that tells no type', { attributes: {} }, 'without an id'],
  ])('refuses %s of another shape, at once, since it may be what is meant', async (_, odd, name) => {
    const { store, clock, transport } = storeWith([json(200, { data: [createdResource, odd] })]);
    expect(await messageFrom(clock.run(store.list()))).toMatch(
      new RegExp(`^Background process ${name}: it is not as this version knows them \\(.+: expected `),
    );
    expect(transport.asked).toHaveLength(1);
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
      listing: { processes: [], pages: 1, serverTime: 5 },
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
        resource: bare,
      },
    ]);
  });

  test('of an instance that is not there says what to check', async () => {
    const { store, clock } = storeWith([json(404, { message: 'Not found.' })]);
    expect(await clock.run(messageFrom(store.list()))).toBe(
      'Listing the background processes of inst-1: The Cloud answered 404: Not found. Check the instance inst-1: it may be mistyped, be gone, or belong to an organization that the token is not of.',
    );
  });

  test('and creating need an instance', async () => {
    const { client, clock, transport } = scriptedClient([]);
    const store = new CloudProcessStore(client, undefined);
    const needed = 'The instance: it is not known. Give instance, or environment.';
    expect(await clock.run(messageFrom(store.list()))).toBe(needed);
    expect(await clock.run(messageFrom(store.create(custom)))).toBe(needed);
    expect(transport.asked).toEqual([]);
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
    const { store, clock } = storeWith([json(422, { message: 'Invalid.', errors })]);
    expect(await clock.run(messageFrom(store.create(custom)))).toBe(
      'Creating the background process: The Cloud answered 422: Invalid. · config-json: queue: Too long. · config-json: Odd. · processes: Too many. Correct the inputs named above.',
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
    const store = new CloudProcessStore(client, undefined);
    expect((await clock.run(store.find('process-1')))?.instanceId).toBe('');
  });

  test('is updated with what is given', async () => {
    const { store, clock, transport } = storeWith([json(200, { data: createdResource })]);
    const updated = await clock.run(store.update('process-1', { processes: 2, config: { tries: 3 } }));
    expect(updated?.id).toBe('process-1');
    expect(transport.asked).toEqual(['PATCH /api/background-processes/process-1']);
    expect(transport.requests[0]?.body).toBe('{"processes":2,"config":{"tries":3}}');
  });

  test('whose update is refused names the inputs', async () => {
    const { store, clock } = storeWith([json(422, { errors: { 'config.tries': ['Too many.'] } })]);
    expect(await clock.run(messageFrom(store.update('process-1', { processes: 2 })))).toContain(
      'Updating background process process-1: The Cloud answered 422: config-json: tries: Too many.',
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
