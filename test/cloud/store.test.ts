import { describe, expect, test } from 'vitest';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import { CloudStore, type CloudStoreOptions, PinnedStore } from '../../src/cloud/store.ts';
import { Failure } from '../../src/failure.ts';
import {
  failureOf,
  htmlPage,
  json,
  networkError,
  type Reply,
  scriptedClient,
  text,
} from '../support/test-client.ts';

const custom: ProcessSpec = { type: 'custom', processes: 1, command: 'php artisan my:command' };

/** As recorded for a create: no strategy, an empty list as config, no relationships. */
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

/** As recorded for a worker that is read back, on `inst-7`. */
const workerResource = {
  id: 'process-2',
  type: 'background_processes',
  attributes: {
    type: 'worker',
    processes: 2,
    command: 'php artisan queue:work database --sleep=10 --quiet',
    config: { connection: 'database', queue: null, sleep: 10, 'max-jobs': null },
    created_at: '2026-04-04T11:24:42.000000Z',
  },
  relationships: { instance: { data: { type: 'instances', id: 'inst-7' } } },
};

const instance = (id: string, type = 'app') => ({
  id,
  type: 'instances',
  attributes: { name: 'App', type, min_replicas: 1, max_replicas: 3 },
});

function storeWith(replies: readonly Reply[], options: CloudStoreOptions = {}) {
  const scripted = scriptedClient(replies);
  return { ...scripted, store: new CloudStore(scripted.client, 'inst-1', options) };
}

function pinnedWith(replies: readonly Reply[], instanceId = '') {
  const scripted = scriptedClient(replies);
  return { ...scripted, store: new PinnedStore(scripted.client, instanceId) };
}

const shown = (data: unknown): Reply => json(200, { data });

/** As an action names the fields of a request. */
const fieldName = (field: string): string => `the input ${field}`;

async function messageFrom(task: Promise<unknown>): Promise<string> {
  const error = await failureOf(task);
  if (!(error instanceof Failure)) throw error;
  return error.message;
}

describe('Listing', () => {
  test('reads all processes, the server’s time, and the instance itself in one request', async () => {
    const { store, clock, transport } = storeWith([
      json(
        200,
        { data: [createdResource, workerResource], included: [instance('inst-2'), instance('inst-1')] },
        { date: 'Sat, 04 Apr 2026 11:24:42 GMT' },
      ),
    ]);
    expect(store.instance).toBeUndefined();
    const { processes, leaving, pages, serverTime } = await clock.run(store.list());
    expect(transport.asked).toEqual(['GET /api/instances/inst-1/background-processes?include=instance']);
    expect(processes.map(({ id, instanceId }) => [id, instanceId])).toEqual([
      ['process-1', 'inst-1'],
      ['process-2', 'inst-7'],
    ]);
    expect([leaving, pages, serverTime]).toEqual([[], 1, Date.UTC(2026, 3, 4, 11, 24, 42)]);
    expect(store.instance).toMatchObject({ id: 'inst-1', name: 'App', minReplicas: 1, maxReplicas: 3 });
    expect(store.latest).toEqual(processes);
  });

  test('does not ask for an instance that is known, and keeps it when an answer leaves it out', async () => {
    const known = json(200, { data: [], included: [instance('inst-1')] });
    const { store, clock, transport } = storeWith([known, shown([])]);
    await clock.run(store.list());
    await clock.run(store.list());
    expect(transport.asked[1]).toBe('GET /api/instances/inst-1/background-processes');
    expect(store.instance?.id).toBe('inst-1');
  });

  test('of an instance that is not there says what to check', async () => {
    const { store, clock } = storeWith([json(404, { message: 'Not found.' })]);
    expect(await clock.run(messageFrom(store.list()))).toBe(
      'Listing the background processes of inst-1: The Cloud answered 404: Not found. Check the cluster inst-1: it may be mistyped, deleted, or belong to another organization than the token.',
    );
  });

  test('leaves out of the latest processes what has been removed since', async () => {
    const both = shown([createdResource, workerResource]);
    const { store, clock } = storeWith([both, text(204, ''), both]);
    await clock.run(store.list());
    await clock.run(store.remove('process-1'));
    expect(store.latest.map(({ id }) => id)).toEqual(['process-2']);
    // A list that lags still shows it.
    expect((await clock.run(store.list())).processes).toHaveLength(2);
    expect(store.latest.map(({ id }) => id)).toEqual(['process-2']);
  });
});

describe('Creating', () => {
  const worker: ProcessSpec = { type: 'worker', processes: 2, config: { queue: 'high', tries: 0 } };
  const bare: ProcessSpec = { type: 'worker', processes: undefined, config: {} };

  test.each<[string, ProcessSpec, unknown]>([
    ['a custom process', custom, custom],
    ['a worker', worker, worker],
    ['a worker without options, whose number is not set', bare, { type: 'worker', processes: 1 }],
  ])('%s sends what was declared, and no more', async (_, spec, body) => {
    const { store, clock, transport } = storeWith([json(201, { data: createdResource })]);
    const sent = await clock.run(store.create(spec));
    expect(transport.asked).toEqual(['POST /api/instances/inst-1/background-processes']);
    expect(JSON.parse(transport.requests[0]?.body ?? '')).toEqual(body);
    expect(sent).toMatchObject({ kind: 'created', made: { id: 'process-1', instanceId: 'inst-1' } });
  });

  test.each([
    ['the documented example', { data: { id: 'process-9', attributes: { config: ['<unknown>'] } } }],
    ['an id that is a number', { data: { id: 9, attributes: { type: 'custom' } } }],
    ['a list of one', { data: [{ id: 'process-9' }] }],
    ['a type in other letters', { data: { id: 'process-9', type: 'backgroundProcesses' } }],
  ])('is done when the answer carries an id: %s', async (_, answer) => {
    const { store, clock, transport } = storeWith([json(201, answer)]);
    const sent = await clock.run(store.create(custom));
    expect(sent).toMatchObject({
      kind: 'created',
      made: { id: expect.stringMatching(/^(process-)?9$/), instanceId: 'inst-1' },
    });
    expect(transport.requests).toHaveLength(1);
  });

  test.each<[string, Reply, object]>([
    ['a reset', networkError('ECONNRESET'), { cause: 'the connection broke off (ECONNRESET)' }],
    ['a time-out', 'no answer', { cause: 'no full response came within 30 s' }],
    ['a page', htmlPage, { cause: 'the response is an HTML page instead of JSON' }],
    ['a 502', text(502, ''), { cause: 'The Cloud answered 502' }],
    ['an answer with no body', text(201, ''), {}],
    ['an answer with an empty object', json(201, {}), {}],
    ['an answer without an id', json(201, { data: { attributes: createdResource.attributes } }), {}],
    ['an answer with an empty id', json(201, { data: { ...createdResource, id: '' } }), {}],
    ['an answer with two processes', json(201, { data: [createdResource, workerResource] }), {}],
  ])('may have happened after %s, and is sent once', async (_, reply, lost) => {
    const { store, clock, transport } = storeWith([reply]);
    expect(await clock.run(store.create(custom))).toMatchObject({ kind: 'lost', ...lost });
    expect(transport.requests).toHaveLength(1);
  });

  test('surely did not happen after a refusal, which names the inputs', async () => {
    const errors = { 'config.queue': ['Too long.'], processes: ['Too many.'] };
    const refusal = json(422, { message: 'Invalid.', errors });
    const { store, clock } = storeWith([refusal], { fieldName });
    expect(await clock.run(messageFrom(store.create(custom)))).toContain(
      'Invalid · the input config.queue: Too long. · the input processes: Too many.',
    );
    const plain = storeWith([refusal]);
    expect(await plain.clock.run(messageFrom(plain.store.create(custom)))).toContain(
      '· config.queue: Too long.',
    );
  });
});

describe('One process', () => {
  test('is read again when an answer is about another one, and is never taken for that', async () => {
    const { store, clock, transport } = storeWith([shown(workerResource), shown(createdResource)]);
    expect((await clock.run(store.find('process-1')))?.id).toBe('process-1');
    expect(transport.asked).toHaveLength(2);
    const stubborn = storeWith(Array(99).fill(shown(workerResource)));
    expect(await stubborn.clock.run(messageFrom(stubborn.store.find('process-1')))).toContain(
      'the response is about another resource than process-1',
    );
  });

  test('is updated with what is given, and removed', async () => {
    const { store, clock, transport } = storeWith([shown(createdResource), text(204, '')]);
    const updated = await clock.run(store.update('process-1', { processes: 2, config: { tries: 3 } }));
    expect(updated?.id).toBe('process-1');
    await clock.run(store.remove('process-1'));
    expect(transport.asked).toEqual([
      'PATCH /api/background-processes/process-1',
      'DELETE /api/background-processes/process-1',
    ]);
    expect(transport.requests[0]?.body).toBe('{"processes":2,"config":{"tries":3}}');
  });

  test.each([
    ['204', text(204, '')],
    ['an empty object', json(200, {})],
    ['null', shown(null)],
    ['an odd process', json(200, { data: { attributes: {} } })],
  ])('has been updated when the answer is %s, which shows no process', async (_, reply) => {
    const { store, clock, transport } = storeWith([reply]);
    expect(await clock.run(store.update('process-1', { processes: 2 }))).toBeUndefined();
    expect(transport.requests).toHaveLength(1);
  });

  test('whose update is refused names the inputs, and is sent once', async () => {
    const refusal = json(422, { errors: { 'config.tries': ['Too many.'] } });
    const { store, clock, transport } = storeWith([refusal], { fieldName });
    expect(await clock.run(messageFrom(store.update('process-1', { processes: 2 })))).toContain(
      'Updating background process process-1: The Cloud answered 422: the input config.tries: Too many.',
    );
    expect(transport.requests).toHaveLength(1);
  });

  test('that is not there is nothing to read, and removed already', async () => {
    const { store, clock } = storeWith([text(404, ''), text(404, '')]);
    expect(await clock.run(store.find('process-1'))).toBeUndefined();
    await clock.run(store.remove('process-1'));
  });

  test.each([
    ['read', 'Reading', (store: CloudStore) => store.find('process-1')],
    ['updated', 'Updating', (store: CloudStore) => store.update('process-1', { processes: 1 })],
    ['removed', 'Deleting', (store: CloudStore) => store.remove('process-1')],
  ])('that may not be %s is an error', async (_, what, act) => {
    const { store, clock } = storeWith([text(403, '')]);
    expect(await clock.run(messageFrom(act(store)))).toContain(
      `${what} background process process-1: The Cloud answered 403`,
    );
  });
});

describe('A pinned process', () => {
  test('of an instance that nobody has named shows which it is on, and is held to it from then on', async () => {
    const elsewhere = { ...workerResource, relationships: { instance: { data: { id: 'inst-8' } } } };
    const { store, clock, transport } = pinnedWith([
      json(200, { data: workerResource, included: [instance('inst-9'), instance('inst-7')] }),
      shown(elsewhere),
    ]);
    expect(await clock.run(store.find('process-2'))).toMatchObject({
      id: 'process-2',
      instanceId: 'inst-7',
    });
    expect(store.instance?.id).toBe('inst-7');
    expect(await clock.run(messageFrom(store.find('process-2')))).toContain(
      'is on the cluster inst-8, not on inst-7',
    );
    expect(transport.asked).toHaveLength(2);
  });

  const { relationships: _, ...bare } = workerResource;

  test('whose answer names no instance is looked for on the one that was named', async () => {
    const { store, clock, transport } = pinnedWith(
      [shown(bare), shown([createdResource, bare]), shown(instance('inst-7'))],
      'inst-7',
    );
    expect((await clock.run(store.find('process-2')))?.instanceId).toBe('inst-7');
    expect(transport.asked.slice(1)).toEqual([
      'GET /api/instances/inst-7/background-processes?include=instance',
      'GET /api/instances/inst-7?include=environment',
    ]);
  });

  test.each([
    [
      'whose answer names another instance',
      workerResource,
      'process-2 is on the cluster inst-7, not on inst-1',
    ],
    ['that the list of its instance does not show', bare, 'process-2 is not on the cluster inst-1'],
  ])('%s is an error', async (_, data, details) => {
    const { store, clock } = pinnedWith([shown(data), shown([createdResource])], 'inst-1');
    expect(await clock.run(failureOf(store.find('process-2')))).toMatchObject({
      message: `Background process ${details}. Correct process-id, or the inputs that say where it is.`,
      headline: 'The background process is on another cluster',
      details,
    });
  });

  test('whose instance nobody knows has none', async () => {
    const { store, clock, transport } = pinnedWith([shown(createdResource)]);
    expect((await clock.run(store.find('process-1')))?.instanceId).toBe('');
    expect(transport.asked).toHaveLength(1);
    expect(() => store.mayWrite()).not.toThrow();
  });

  test('has its instance read where the answer leaves it out: it may be a managed queue', async () => {
    const { store, clock } = pinnedWith([shown(workerResource), shown(instance('inst-7', 'managed_queue'))]);
    await clock.run(store.find('process-2'));
    expect(() => store.mayWrite()).toThrow('is a managed queue');
  });
});

test.each([
  [
    'managed_queue',
    'The cluster "App" is a managed queue: Laravel Cloud runs its workers itself. Use the App cluster or a worker cluster.',
  ],
  ['app', undefined],
  ['service', undefined],
  ['queue', undefined],
  ['something new', undefined],
])('a cluster of type %s takes writes, or says why not as soon as its type is known', async (type, why) => {
  const { store, clock } = storeWith([json(200, { data: [], included: [instance('inst-1', type)] })]);
  store.mayWrite();
  await clock.run(store.list());
  if (why === undefined) store.mayWrite();
  else expect(() => store.mayWrite()).toThrow(why);
});
