import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadContract } from './contract.ts';
import { seedShop } from './seed.ts';
import { type Emulator, startEmulator } from './server.ts';
import { at, send } from './test-client.ts';

let emulator: Emulator;
let shop: ReturnType<typeof seedShop>;

beforeEach(async () => {
  emulator = await startEmulator();
  shop = seedShop(emulator);
});

afterEach(() => emulator.close());

const instances = async (query: string) => {
  const { body, status } = await send(
    emulator,
    'GET',
    `/environments/${shop.environment.id}/instances?${query}`,
  );
  const contract = await loadContract('laravel-cloud');
  expect(contract.checkResponse('listInstances', status, body)).toEqual([]);
  return body;
};
const ids = (list: unknown) => [list].flat().map((each) => at(each, 'id'));
const relatedTo = (instance: unknown) => ids(at(instance, 'relationships', 'backgroundProcesses', 'data'));

/** Two instances with two processes each. */
function layOut() {
  const worker = emulator.cloud.addInstance(shop.environment, { name: 'worker', type: 'service' });
  const add = (instance: { id: string }) =>
    emulator.cloud.addProcess(instance, { type: 'custom', command: 'x' }).id;
  return {
    app: [add(shop.instance), add(shop.instance)] as const,
    worker: [add(worker), add(worker)] as const,
  };
}

test('the processes of each instance are related to it and brought along', async () => {
  const { app, worker } = layOut();
  const body = await instances('include=backgroundProcesses');
  expect([relatedTo(at(body, 'data', 0)), relatedTo(at(body, 'data', 1))]).toEqual([app, worker]);
  expect(ids(body['included'])).toEqual([...app, ...worker]);
  expect(at(body, 'included', 0)).toMatchObject({
    type: 'background_processes',
    attributes: { type: 'custom', command: 'x', strategy_type: 'none' },
  });
  expect(at(body, 'included', 0)).not.toHaveProperty('relationships');
});

test('an instance without processes has an empty relationship', async () => {
  const body = await instances('include=backgroundProcesses');
  expect(at(body, 'data', 0, 'relationships')).toEqual({ backgroundProcesses: { data: [] } });
  expect(body['included']).toEqual([]);
});

test('a page brings along the processes of its own instances only', async () => {
  const { app, worker } = layOut();
  emulator.cloud.options.perPage = 1;
  const pages = [1, 2].map((page) => instances(`include=backgroundProcesses&page=${page}`));
  expect((await Promise.all(pages)).map((body) => ids(body['included']))).toEqual([app, worker]);
});

test('names are joined by commas', async () => {
  const { app, worker } = layOut();
  const body = await instances('include=environment,backgroundProcesses');
  expect(at(body, 'data', 0, 'relationships')).toMatchObject({
    environment: { data: { id: shop.environment.id } },
    backgroundProcesses: { data: [{ id: app[0] }, { id: app[1] }] },
  });
  expect(ids(body['included'])).toEqual([shop.environment.id, ...app, ...worker]);
});

test('a server may not know the name', async () => {
  layOut();
  emulator.cloud.options.includes.ignores = ['backgroundProcesses'];
  const body = await instances('include=backgroundProcesses');
  expect(body).not.toHaveProperty('included');
  expect(at(body, 'data', 0)).not.toHaveProperty('relationships');
  const both = await instances('include=environment,backgroundProcesses');
  expect(Object.keys(Object(at(both, 'data', 0, 'relationships')))).toEqual(['environment']);
});

test('what is included can be cut short, with the relationships whole', async () => {
  const { app, worker } = layOut();
  emulator.cloud.options.includes.atMost = 3;
  const body = await instances('include=backgroundProcesses');
  expect(ids(body['included'])).toEqual([...app, worker[0]]);
  expect(relatedTo(at(body, 'data', 1))).toEqual(worker);
});

test('an id can be without its resource', async () => {
  const { app, worker } = layOut();
  emulator.cloud.options.includes.omits = ({ id }) => id === app[1];
  const body = await instances('include=backgroundProcesses');
  expect(ids(body['included'])).toEqual([app[0], ...worker]);
  expect(relatedTo(at(body, 'data', 0))).toEqual(app);
});
