import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SECRET_VARIABLE } from './cloud-state.ts';
import { type Contract, loadContract } from './contract.ts';
import { seedShop } from './seed.ts';
import { type Emulator, startEmulator } from './server.ts';
import { at, type CallOptions, type Reply, send } from './test-client.ts';

let emulator: Emulator;
let contract: Contract;
let shop: ReturnType<typeof seedShop>;

beforeEach(async () => {
  emulator = await startEmulator({ now: () => Date.parse('2026-04-04T11:24:42.123Z') });
  contract = await loadContract('laravel-cloud');
  shop = seedShop(emulator);
});

afterEach(() => emulator.close());

/** Sends, and holds the answer to the contract. */
async function call(method: string, path: string, options: CallOptions = {}): Promise<Reply> {
  const reply = await send(emulator, method, path, options);
  const operation = contract.operationOf(method, `/api${path.split('?')[0]}`) ?? '';
  const body = reply.text === '' ? undefined : reply.body;
  expect(contract.checkResponse(operation, reply.status, body)).toEqual([]);
  return reply;
}

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

describe('refusals', () => {
  test.each([
    ['too many processes', { type: 'worker', processes: 11 }, 'processes'],
    ['processes as text', { type: 'worker', processes: '1' }, 'processes'],
    ['an unknown type', { type: 'cron', processes: 1 }, 'type'],
    ['a custom process without a command', { type: 'custom', processes: 1 }, 'command'],
    ['a custom process with config', { type: 'custom', processes: 1, command: 'x', config: {} }, 'config'],
    ['a worker with a command', { type: 'worker', processes: 1, command: 'x' }, 'command'],
    ['an unknown option', { type: 'worker', processes: 1, config: { memory: 1 } }, 'config.memory'],
    ['a null option', { type: 'worker', processes: 1, config: { queue: null } }, 'config.queue'],
    ['an unknown field', { type: 'worker', processes: 1, name: 'x' }, 'name'],
  ])('%s is a 422 that names the field', async (_name, body, field) => {
    const reply = await call('POST', processesPath(), { body });
    expect(reply.status).toBe(422);
    expect(Object.keys(Object(reply.body['errors']))).toEqual([field]);
    expect(emulator.cloud.listProcesses(shop.instance)).toEqual([]);
    expect(emulator.requests[0]?.violations).toHaveLength(1);
  });

  test('a query that is not in the contract is a 422', async () => {
    expect((await send(emulator, 'GET', `${processesPath()}?include=branch`)).status).toBe(422);
    expect((await send(emulator, 'GET', `${processesPath()}?limit=5`)).status).toBe(422);
  });

  test('no token and a wrong one are 401, one without rights is 403', async () => {
    expect((await call('GET', '/meta/organization', { token: null })).body).toEqual({
      message: 'Unauthenticated.',
    });
    expect((await call('GET', '/meta/organization', { token: 'wrong' })).status).toBe(401);
    emulator.access.forbid('other', 'Not yours.');
    const forbidden = await call('GET', '/meta/organization', { token: 'other' });
    expect([forbidden.status, forbidden.body]).toEqual([403, { message: 'Not yours.' }]);
    expect((await call('GET', '/meta/organization')).status).toBe(200);
  });

  test('an unknown route is a 404 with a message', async () => {
    const reply = await send(emulator, 'GET', '/nothing');
    expect([reply.status, reply.body]).toEqual([404, { message: expect.any(String) }]);
  });

  test('a path that is not percent-encoded is a 400', async () => {
    expect((await send(emulator, 'GET', '/instances/inst-%ZZ')).status).toBe(400);
    expect(emulator.requests[0]?.violations).toHaveLength(1);
  });

  test('the id of another thing is an id of nothing', async () => {
    const reply = await call('GET', `/instances/${shop.environment.id}/background-processes`);
    expect(reply.status).toBe(404);
  });
});

describe('targets', () => {
  test('names are filtered by a part of them', async () => {
    emulator.cloud.addApplication({ name: 'shop-admin' });
    emulator.cloud.addApplication({ name: 'blog' });
    const reply = await call('GET', '/applications?filter[name]=shop');
    expect(at(reply.body, 'data')).toHaveLength(2);
  });

  test('a slug that is taken gets a number', () => {
    const other = emulator.cloud.addApplication({ name: 'shop' });
    expect([shop.application.slug, other.slug]).toEqual(['shop', 'shop-3']);
  });

  test('environments tell their variables in clear text, and their branch if asked', async () => {
    const path = `/applications/${shop.application.id}/environments?include=branch,instances`;
    const reply = await call('GET', path);
    expect(reply.body).toMatchObject({
      data: [
        {
          attributes: { environment_variables: [{ key: 'APP_KEY', value: SECRET_VARIABLE }] },
          relationships: {
            branch: { data: { type: 'branches', id: expect.stringMatching(/^\d+$/) } },
            instances: { data: [{ id: shop.instance.id }] },
          },
        },
      ],
      included: [{ type: 'branches', attributes: { name: 'main' } }, { type: 'instances' }],
    });
  });

  test('variables can be absent', async () => {
    emulator.cloud.options.environmentVariables = 'absent';
    const reply = await call('GET', `/environments/${shop.environment.id}`);
    expect(at(reply.body, 'data', 'attributes')).not.toHaveProperty('environment_variables');
    expect(reply.text).not.toContain(SECRET_VARIABLE);
  });

  test('what sleeps says so', async () => {
    const preview = emulator.cloud.addEnvironment(shop.application, {
      name: 'pr-7',
      usesHibernation: true,
      hibernationWakeUpInterval: 60,
    });
    emulator.cloud.addInstance(preview, { sleepWithApp: true, minReplicas: 0, maxReplicas: 3 });
    const environment = await call('GET', `/environments/${preview.id}`);
    expect(at(environment.body, 'data', 'attributes')).toMatchObject({
      uses_hibernation: true,
      hibernation_wake_up_interval: 60,
    });
    const instances = await call('GET', `/environments/${preview.id}/instances`);
    expect(at(instances.body, 'data', 0, 'attributes')).toMatchObject({
      sleep_with_app: true,
      min_replicas: 0,
      max_replicas: 3,
      queue_status: null,
      paused: null,
    });
  });

  test('a managed queue has a worker of its own', async () => {
    const queue = emulator.cloud.addManagedQueue(shop.environment, { queue: { paused: true } });
    const path = `/environments/${shop.environment.id}/instances`;
    const reply = await call('GET', `${path}?filter[type]=managed_queue&include=backgroundProcesses`);
    expect(reply.body).toMatchObject({
      data: [{ id: queue.id, attributes: { queue_status: 'available', paused: true, is_default: true } }],
      included: [
        {
          attributes: { type: 'worker', config: { connection: 'cloud', tries: 1, timeout: 60, queue: null } },
        },
      ],
    });
  });

  test('an environment and an instance appear after so many looks', async () => {
    const { application } = shop;
    const preview = emulator.cloud.addEnvironment(application, { name: 'pr-7', appearsAfter: 2 });
    emulator.cloud.addInstance(preview, { appearsAfter: 1 });
    const listings = [];
    for (let look = 0; look < 3; look++) {
      const reply = await call('GET', `/applications/${application.id}/environments`);
      listings.push(at(reply.body, 'meta', 'total'));
    }
    expect(listings).toEqual([1, 1, 2]);
    expect(at((await call('GET', `/environments/${preview.id}/instances`)).body, 'data')).toHaveLength(0);
    expect(at((await call('GET', `/environments/${preview.id}/instances`)).body, 'data')).toHaveLength(1);
  });

  test('every other call honours the contract', async () => {
    for (const path of [
      `/applications/${shop.application.id}?include=organization,environments,defaultEnvironment`,
      '/applications?include=environments',
      `/environments/${shop.environment.id}?include=application,branch,deployments,currentDeployment,primaryDomain,instances`,
      `/environments/${shop.environment.id}/instances?include=environment,backgroundProcesses&filter[type]=app`,
      `/instances/${shop.instance.id}?include=environment,backgroundProcesses`,
      `/environments/${shop.environment.id}/deployments?include=environment,initiator`,
    ]) {
      expect((await call('GET', path)).status, path).toBe(200);
    }
    expect(emulator.requests.flatMap(({ violations }) => violations)).toEqual([]);
  });

  test('the limit is told with every answer, and kept if told so', async () => {
    Object.assign(emulator.cloud.options.rateLimit, { enforced: true, general: 1 });
    const first = await call('GET', '/meta/organization');
    expect([first.headers.get('x-ratelimit-limit'), first.headers.get('x-ratelimit-remaining')]).toEqual([
      '1',
      '0',
    ]);
    expect(first.headers.get('x-ratelimit-reset')).toBeNull();
    const second = await send(emulator, 'GET', '/meta/organization');
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '60']);
  });
});

describe('deployments', () => {
  const deploymentsPath = () => `/environments/${shop.environment.id}/deployments`;

  test('one goes through its states, a look at a time', async () => {
    const started = await call('POST', deploymentsPath());
    const seen = [at(started.body, 'data', 'attributes', 'status')];
    const environment = await call('GET', `/environments/${shop.environment.id}`);
    for (let look = 0; look < 4; look++) {
      const reply = await call('GET', `/deployments/${at(started.body, 'data', 'id')}`);
      seen.push(at(reply.body, 'data', 'attributes', 'status'));
    }
    expect(started.status).toBe(201);
    expect(at(environment.body, 'data', 'attributes', 'status')).toBe('deploying');
    expect(seen).toEqual(emulator.cloud.options.deploymentScript);
    expect(emulator.cloud.runningDeployment(shop.environment)).toBeUndefined();
  });

  test('one that fails says why', async () => {
    emulator.cloud.options.deploymentStatus = 200;
    const staging = emulator.cloud.addEnvironment(shop.application, {
      name: 'staging',
      deploymentScript: ['pending', 'build.failed'],
      failureReason: 'composer install failed',
    });
    const started = await call('POST', `/environments/${staging.id}/deployments`);
    expect([started.status, at(started.body, 'data', 'attributes', 'failure_reason')]).toEqual([200, null]);
    const ended = await call('GET', `/deployments/${at(started.body, 'data', 'id')}`);
    expect(at(ended.body, 'data', 'attributes')).toMatchObject({
      status: 'build.failed',
      failure_reason: 'composer install failed',
      finished_at: expect.any(String),
    });
  });

  test.each([422, 409] as const)('a second one while one runs is a %i', async (status) => {
    emulator.cloud.options.deploymentConflict = status;
    emulator.cloud.addDeployment(shop.environment, { script: ['build.running', 'deployment.running'] });
    expect((await call('POST', deploymentsPath())).status).toBe(status);
  });

  test('what runs is what the last successful deployment carried', async () => {
    emulator.cloud.options.deploymentScript = ['pending', 'deployment.succeeded'];
    emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'before' });
    await call('POST', deploymentsPath());
    emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'while' });
    expect(emulator.cloud.listRunning(shop.instance)).toEqual([]);
    await call('GET', deploymentsPath());
    expect(emulator.cloud.listRunning(shop.instance).map(({ command }) => command)).toEqual(['before']);
  });
});
