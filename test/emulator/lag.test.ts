import { once } from 'node:events';
import { get } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { seedShop } from './seed.ts';
import { type Emulator, startEmulator } from './server.ts';
import { at, send } from './test-client.ts';

let emulator: Emulator;
let shop: ReturnType<typeof seedShop>;
let now: number;

beforeEach(async () => {
  now = Date.parse('2026-04-04T11:24:42Z');
  emulator = await startEmulator({ now: () => now });
  shop = seedShop(emulator);
});

afterEach(() => emulator.close());

const path = () => `/instances/${shop.instance.id}/background-processes`;
const create = async (command: string) => {
  const reply = await send(emulator, 'POST', path(), { body: { type: 'custom', processes: 1, command } });
  return String(at(reply.body, 'data', 'id'));
};
const commandsIn = (resources: unknown) =>
  [resources].flat().map((resource) => at(resource, 'attributes', 'command'));
const listed = async () => commandsIn(at((await send(emulator, 'GET', path())).body, 'data'));
const included = async () => {
  const query = 'include=backgroundProcesses';
  const { body } = await send(emulator, 'GET', `/environments/${shop.environment.id}/instances?${query}`);
  const related = at(body, 'data', 0, 'relationships', 'backgroundProcesses', 'data');
  expect([related].flat().map((each) => at(each, 'id'))).toEqual(
    [at(body, 'included')].flat().map((each) => at(each, 'id')),
  );
  return commandsIn(at(body, 'included'));
};

describe('lists that lie behind', () => {
  beforeEach(() => {
    emulator.cloud.options.lag.lists = 5_000;
  });

  test.each([
    ['the list of the instance', listed],
    ['what the instances bring along', included],
  ])(
    '%s lacks what was made, keeps what was deleted, and shows what was changed as it was',
    async (_name, look) => {
      const { id } = emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'changed' });
      const gone = emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'deleted' });
      await create('made');
      await send(emulator, 'PATCH', `/background-processes/${id}`, { body: { command: 'after' } });
      await send(emulator, 'DELETE', `/background-processes/${gone.id}`);
      expect(await look()).toEqual(['changed', 'deleted']);
      now += 4_999;
      expect(await look()).toEqual(['changed', 'deleted']);
      now += 1;
      expect(await look()).toEqual(['after', 'made']);
    },
  );
});

test('each caller can see another moment, by its name in the address', async () => {
  emulator.cloud.options.lag.lists = ({ from }) => (from.name === 'slow' ? 5_000 : 0);
  await create('made');
  const seenBy = async (caller: string) => {
    const headers = { Authorization: `Bearer ${emulator.token}` };
    return commandsIn(at(await (await fetch(emulator.urlFor(caller) + path(), { headers })).json(), 'data'));
  };
  expect([await seenBy('slow'), await seenBy('quick'), await listed()]).toEqual([[], ['made'], ['made']]);
  expect(emulator.requests.map(({ from, path: kept }) => [from.name, kept]).slice(1)).toEqual([
    ['slow', `/api${path()}`],
    ['quick', `/api${path()}`],
    ['', `/api${path()}`],
  ]);
});

test('callers without a name are told apart by their connections', async () => {
  const lags: number[] = [];
  emulator.cloud.options.lag.lists = ({ from }) => {
    lags.push(from.connection);
    return 0;
  };
  // Without an agent each request opens a connection of its own.
  const look = () => once(get(`${emulator.url}${path()}`, { agent: false, headers }), 'response');
  const headers = { Authorization: `Bearer ${emulator.token}` };
  await look();
  await look();
  expect(lags).toEqual([1, 2]);
  expect(emulator.connections).toBe(2);
});

test('one by its id can lie behind as well', async () => {
  emulator.cloud.options.lag.byId = 3_000;
  const gone = emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'deleted' });
  const made = await create('made');
  await send(emulator, 'DELETE', `/background-processes/${gone.id}`);
  const statuses = async () => [
    (await send(emulator, 'GET', `/background-processes/${made}`)).status,
    (await send(emulator, 'GET', `/background-processes/${gone.id}`)).status,
  ];
  expect(await statuses()).toEqual([404, 200]);
  now += 3_000;
  expect(await statuses()).toEqual([200, 404]);
});

test('a PATCH can answer with what was there before, and reads with it for a while', async () => {
  emulator.cloud.options.lag.patch = 700;
  emulator.cloud.options.lag.byId = 700;
  const { id } = emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'x', processes: 1 });
  const processes = async (method: string, body?: unknown) => {
    const reply = await send(emulator, method, `/background-processes/${id}`, { body });
    return at(reply.body, 'data', 'attributes', 'processes');
  };
  expect(await processes('PATCH', { processes: 4 })).toBe(1);
  expect(await processes('GET')).toBe(1);
  now += 700;
  expect(await processes('GET')).toBe(4);
});
