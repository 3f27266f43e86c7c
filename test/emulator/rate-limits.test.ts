import { afterEach, beforeEach, expect, test } from 'vitest';
import { seedShop } from './seed.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from './server.ts';
import { type Reply, send } from './test-client.ts';

let emulator: Emulator;
let shop: ReturnType<typeof seedShop>;
let now: number;

const start = async (rateLimit: NonNullable<EmulatorOptions['cloud']>['rateLimit'] = {}) => {
  emulator = await startEmulator({ now: () => now, cloud: { rateLimit } });
  shop = seedShop(emulator);
};

beforeEach(() => {
  now = Date.parse('2026-04-04T11:24:42Z');
});

afterEach(() => emulator.close());

const list = () => send(emulator, 'GET', `/instances/${shop.instance.id}/background-processes`);
const create = () =>
  send(emulator, 'POST', `/instances/${shop.instance.id}/background-processes`, {
    body: { type: 'worker', processes: 1 },
  });
const deploy = () => send(emulator, 'POST', `/environments/${shop.environment.id}/deployments`);
const told = ({ status, headers }: Reply) => ({
  status,
  limit: headers.get('x-ratelimit-limit'),
  remaining: headers.get('x-ratelimit-remaining'),
  reset: headers.get('x-ratelimit-reset'),
  retryAfter: headers.get('retry-after'),
});

test('nothing is turned away unless told, and a success tells neither a reset nor a wait', async () => {
  await start({ general: 1, changes: 1 });
  expect(told(await list())).toEqual({
    status: 200,
    limit: '1',
    remaining: '0',
    reset: null,
    retryAfter: null,
  });
  expect([(await list()).status, (await create()).status, (await create()).status]).toEqual([200, 201, 201]);
});

test('what changes something has a limit of its own, and counts towards the general one as well', async () => {
  await start({ enforced: true, general: 10, changes: 2 });
  expect(told(await create())).toMatchObject({ status: 201, limit: '2', remaining: '1' });
  expect((await deploy()).status).toBe(201);
  now += 20_000;
  expect(told(await create())).toEqual({
    status: 429,
    limit: '2',
    remaining: '0',
    reset: String(Date.parse('2026-04-04T11:25:42Z') / 1000),
    retryAfter: '40',
  });
  expect(told(await list())).toMatchObject({ status: 200, limit: '10', remaining: '6' });
  expect(emulator.cloud.listProcesses(shop.instance)).toHaveLength(1);
});

test('the general limit holds for what changes something, too', async () => {
  await start({ enforced: true, general: 2 });
  await list();
  await list();
  expect(told(await create())).toMatchObject({ status: 429, limit: '2' });
});

test('a window is as long as told, and opens with the first request', async () => {
  await start({ enforced: true, changes: 1, windowMs: 2_000 });
  now += 10_000;
  await create();
  now += 1_999;
  expect(told(await create())).toMatchObject({ status: 429, retryAfter: '1' });
  now += 1;
  expect((await create()).status).toBe(201);
});

test('the documented limits are the default, and one organization shares them', async () => {
  await start({ enforced: true });
  const statuses = [];
  for (let turn = 0; turn < 31; turn++) statuses.push((await create()).status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(30);
  for (let turn = 0; turn < 89; turn++) await list();
  expect(told(await list())).toMatchObject({ status: 429, limit: '120' });
});

test('the limits can be changed while it runs', async () => {
  await start();
  Object.assign(emulator.cloud.options.rateLimit, { enforced: true, changes: 0 });
  expect((await create()).status).toBe(429);
});

test('Forge has one limit for all, sixty a minute', async () => {
  await start();
  const servers = () => send(emulator, 'GET', '/orgs/acme/servers');
  for (let turn = 0; turn < 60; turn++) await servers();
  const refused = await servers();
  expect([refused.status, refused.body]).toEqual([429, { message: 'Too Many Attempts.' }]);
});
