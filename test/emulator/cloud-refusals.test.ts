import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { seedShop } from './seed.ts';
import { type Emulator, startEmulator } from './server.ts';
import { type CallOptions, send, sendChecked } from './test-client.ts';

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

describe('refusals', () => {
  test.each([
    ['too many processes', { type: 'worker', processes: 11 }, 'processes'],
    ['too many as text', { type: 'worker', processes: '11' }, 'processes'],
    ['no number', { type: 'worker', processes: 'many' }, 'processes'],
    ['an unknown type', { type: 'cron', processes: 1 }, 'type'],
    ['a custom process without a command', { type: 'custom', processes: 1 }, 'command'],
    ['an empty command', { type: 'custom', processes: 1, command: '' }, 'command'],
    ['an option that is no number', { type: 'worker', processes: 1, config: { tries: 'x' } }, 'config.tries'],
    ['options in a list', { type: 'worker', processes: 1, config: ['redis'] }, 'config'],
  ])('%s is a 422 that names the field', async (_name, body, field) => {
    const reply = await call('POST', processesPath(), { body });
    expect(reply.status).toBe(422);
    expect(Object.keys(Object(reply.body['errors']))).toEqual([field]);
    expect(emulator.cloud.listProcesses(shop.instance)).toEqual([]);
    expect(emulator.requests[0]?.violations).not.toEqual([]);
  });

  test('a relationship or a filter that is not there is a 422', async () => {
    expect((await send(emulator, 'GET', `${processesPath()}?include=branch`)).status).toBe(422);
    expect((await send(emulator, 'GET', `${processesPath()}?filter[id]=5`)).status).toBe(422);
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

describe('what the server overlooks, and our own requests may not hold', () => {
  const worker = { type: 'worker', processes: 1 };

  test.each([
    ['processes as text', { ...worker, processes: '1' }, {}],
    ['an unknown field', { ...worker, name: 'x' }, {}],
    ['an unknown option', { ...worker, config: { memory: 1 } }, {}],
    ['a null', { ...worker, config: { queue: null } }, {}],
    ['an empty text', { ...worker, config: { force: '' } }, {}],
    ['an empty list of options', { ...worker, config: [] }, {}],
    ['a number as text', { ...worker, config: { tries: '3' } }, { tries: 3 }],
    ['a boolean as text', { ...worker, config: { force: '1' } }, { force: true }],
    ['a worker with a command', { ...worker, command: 'x' }, {}],
  ])('%s', async (_name, body, config) => {
    expect((await call('POST', processesPath(), { body })).status).toBe(201);
    const stored = { ...worker, config, command: '' };
    expect(emulator.cloud.listProcesses(shop.instance)).toMatchObject([stored]);
    expect(emulator.cloud.listProcesses(shop.instance)[0]?.config).toEqual(config);
    expect(emulator.requests[0]?.violations).toHaveLength(1);
  });

  test('options of a custom process', async () => {
    const body = { type: 'custom', processes: 1, command: 'x', config: { tries: 3 } };
    const reply = await call('POST', processesPath(), { body });
    expect(reply.body).toMatchObject({ data: { attributes: { command: 'x', config: [] } } });
  });

  test.each([
    ['what the official client sends to change the number', { processes: '4', config: [] }, 4],
    ['nothing', {}, 2],
    ['nothing that is known', { name: 'x', processes: null }, 2],
  ])('a PATCH with %s', async (_name, body, processes) => {
    const config = { queue: 'high', tries: 3 };
    const { id } = emulator.cloud.addProcess(shop.instance, { type: 'worker', processes: 2, config });
    expect((await call('PATCH', `/background-processes/${id}`, { body })).status).toBe(200);
    expect(emulator.cloud.listProcesses(shop.instance)).toMatchObject([{ processes, config }]);
  });

  test('a query that nobody knows', async () => {
    emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'x' });
    const reply = await call('GET', `${processesPath()}?per_page=1&limit=5`);
    expect(reply.body['meta']).toMatchObject({ per_page: 100, total: 1 });
    expect(emulator.requests[0]?.violations).toHaveLength(2);
  });
});
