import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { seedShop } from './seed.ts';
import { type Emulator, startEmulator } from './server.ts';
import { at, type CallOptions, send, sendChecked } from './test-client.ts';

let emulator: Emulator;
let shop: ReturnType<typeof seedShop>;

beforeEach(async () => {
  emulator = await startEmulator({ now: () => Date.parse('2026-04-04T11:24:42.123Z') });
  shop = seedShop(emulator);
});

afterEach(() => emulator.close());

const call = (method: string, path: string, options?: CallOptions) =>
  sendChecked(emulator, method, path, options);
const processesPath = () => `/instances/${shop.instance.id}/background-processes`;

describe('background processes', () => {
  test('a created custom process has a null strategy, an empty list for config and no relationships', async () => {
    const reply = await call('POST', processesPath(), {
      body: { type: 'custom', processes: 1, command: 'php artisan my:command' },
    });
    expect(reply.status).toBe(201);
    expect(reply.headers.get('content-type')).toBe('application/vnd.api+json');
    expect(reply.body).toEqual({
      data: {
        id: expect.stringMatching(/^process-[0-9a-f]{8}-[0-9a-f]{4}-/),
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
      },
    });
  });

  test('a worker reads back with every option, nulls included, and a generated command', async () => {
    const worker = { type: 'worker', processes: 1, config: { connection: 'database', sleep: 10 } };
    const made = await call('POST', processesPath(), { body: worker });
    const reply = await call('GET', `/background-processes/${at(made.body, 'data', 'id')}`);
    expect(at(reply.body, 'data', 'attributes')).toEqual({
      type: 'worker',
      processes: 1,
      command: 'php artisan queue:work database --sleep=10 --quiet',
      config: {
        connection: 'database',
        queue: null,
        name: null,
        tries: null,
        backoff: null,
        'max-jobs': null,
        'max-time': null,
        sleep: 10,
        rest: null,
        timeout: null,
        force: null,
        'stop-when-empty': null,
      },
      strategy_type: 'none',
      strategy_threshold: null,
      created_at: '2026-04-04T11:24:42.000000Z',
    });
  });

  test('a PATCH merges config and answers with the strategy none', async () => {
    const { id } = emulator.cloud.addProcess(shop.instance, {
      type: 'worker',
      config: { queue: 'high', tries: 3 },
      strategy_type: null,
    });
    const reply = await call('PATCH', `/background-processes/${id}`, {
      body: { processes: 4, config: { tries: 5 } },
    });
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({
      data: { attributes: { processes: 4, strategy_type: 'none', config: { queue: 'high', tries: 5 } } },
    });
  });

  test('a PATCH replaces config if told so', async () => {
    emulator.cloud.options.patchReplaces = true;
    const { id } = emulator.cloud.addProcess(shop.instance, {
      type: 'worker',
      config: { queue: 'high', tries: 3 },
    });
    await call('PATCH', `/background-processes/${id}`, { body: { config: { tries: 5 } } });
    expect(emulator.cloud.listProcesses(shop.instance)).toMatchObject([{ config: { tries: 5 } }]);
    expect(emulator.cloud.listProcesses(shop.instance)[0]?.config).not.toHaveProperty('queue');
  });

  test('ignored fields of a PATCH change nothing, with a 200', async () => {
    emulator.cloud.options.patchIgnores = ['processes', 'config.queue'];
    const { id } = emulator.cloud.addProcess(shop.instance, {
      type: 'worker',
      processes: 2,
      config: { queue: 'a' },
    });
    const reply = await call('PATCH', `/background-processes/${id}`, {
      body: { processes: 9, config: { queue: 'b', tries: 2 } },
    });
    expect(reply.body).toMatchObject({
      data: { attributes: { processes: 2, config: { queue: 'a', tries: 2 } } },
    });
  });

  test('defaults are filled in, and numbers told as strings, if told so', async () => {
    emulator.cloud.options.fillDefaults = true;
    emulator.cloud.options.numbersAsStrings = true;
    const reply = await send(emulator, 'POST', processesPath(), { body: { type: 'worker', processes: 2 } });
    expect(reply.body).toMatchObject({
      data: {
        attributes: { processes: '2', config: { connection: 'database', sleep: '3', force: 'false' } },
      },
    });
  });

  test('a DELETE answers 204 without a body, and 404 the second time', async () => {
    const { id } = emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'x' });
    const gone = await call('DELETE', `/background-processes/${id}`);
    expect([gone.status, gone.text]).toEqual([204, '']);
    const again = await call('DELETE', `/background-processes/${id}`);
    expect(again.status).toBe(404);
    expect(again.body['message']).toBe(`No query results for model [App\\Models\\BackgroundProcess] ${id}`);
    expect(again.headers.get('content-type')).toBe('application/json');
  });

  test('the instance is related and included only if asked for', async () => {
    emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'x' });
    const plain = await call('GET', processesPath());
    expect(at(plain.body, 'data', 0)).not.toHaveProperty('relationships');
    expect(plain.body).not.toHaveProperty('included');
    const full = await call('GET', `${processesPath()}?include=instance`);
    const instance = { type: 'instances', id: shop.instance.id };
    expect(full.body).toMatchObject({
      data: [{ relationships: { instance: { data: instance } } }],
      included: [{ ...instance, attributes: { min_replicas: 2, max_replicas: 4 } }],
    });
  });

  test('pages leave out next and prev at the ends', async () => {
    emulator.cloud.options.perPage = 2;
    for (let number = 1; number <= 5; number++) {
      emulator.cloud.addProcess(shop.instance, { type: 'custom', command: `run ${number}` });
    }
    const pages = [];
    for (const page of [1, 2, 3]) pages.push(await call('GET', `${processesPath()}?page=${page}`));
    expect(pages.map(({ body }) => Object.keys(Object(body['links'])))).toEqual([
      ['first', 'last', 'next'],
      ['first', 'last', 'prev', 'next'],
      ['first', 'last', 'prev'],
    ]);
    expect(pages[1]?.body['meta']).toMatchObject({ current_page: 2, from: 3, to: 4, last_page: 3, total: 5 });
    const followed = await fetch(String(at(pages[0]?.body, 'links', 'next')), {
      headers: { Authorization: `Bearer ${emulator.token}` },
    });
    expect(at(await followed.json(), 'data', 0, 'attributes', 'command')).toBe('run 3');
  });

  test('ids come in the order of time, and dates to the microsecond, if told so', () => {
    emulator.cloud.options.createdAtResolution = 'microsecond';
    const made = [1, 2, 3].map(() => emulator.cloud.addProcess(shop.instance, { type: 'custom' }));
    expect(made.map(({ id }) => id).toSorted()).toEqual(made.map(({ id }) => id));
    expect(made[0]?.id).toMatch(/^process-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(made.map(({ createdAt }) => createdAt)).size).toBe(3);
  });
});

describe('what stamps things', () => {
  const add = () => emulator.cloud.addProcess(shop.instance, { type: 'custom' });

  test('ids can be without an order', () => {
    emulator.cloud.options.idOrder = 'random';
    const made = Array.from({ length: 20 }, () => add().id);
    expect(made.toSorted()).not.toEqual(made);
  });

  test('a clock that is ahead or behind shows in the dates and in the order of ids', async () => {
    const plain = add();
    emulator.cloud.options.createdAtSkew = -5_000;
    const behind = add();
    expect(behind.createdAt).toBe('2026-04-04T11:24:37.000000Z');
    expect(behind.id < plain.id).toBe(true);
    const reply = await call('GET', '/meta/organization');
    expect(reply.headers.get('date')).toBe('Sat, 04 Apr 2026 11:24:42 GMT');
  });
});
