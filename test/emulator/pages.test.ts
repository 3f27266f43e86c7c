import { afterEach, beforeEach, expect, test } from 'vitest';
import { withHeaders, withId, withMeta, without } from './edits.ts';
import { seedShop } from './seed.ts';
import { type Emulator, startEmulator } from './server.ts';
import { at, send } from './test-client.ts';

let emulator: Emulator;
let shop: ReturnType<typeof seedShop>;

beforeEach(async () => {
  emulator = await startEmulator({ cloud: { perPage: 2 } });
  shop = seedShop(emulator);
  for (const command of ['a', 'b', 'c', 'd', 'e']) {
    emulator.cloud.addProcess(shop.instance, { id: `process-${command}`, type: 'custom', command });
  }
});

afterEach(() => emulator.close());

const path = () => `/instances/${shop.instance.id}/background-processes`;
const page = async (number: number) => (await send(emulator, 'GET', `${path()}?page=${number}`)).body;
const shown = (body: unknown) => [at(body, 'data')].flat().map((each) => at(each, 'attributes', 'command'));
const readAll = async () => [await page(1), await page(2), await page(3)].flatMap(shown);

test('the links of a page tell the pages as numbers, too', async () => {
  expect(at(await page(1), 'meta', 'links')).toMatchObject([
    { url: null, label: '&laquo; Previous', page: null, active: false },
    { label: '1', page: 1, active: true },
    { label: '2', page: 2, active: false },
    { label: '3', page: 3, active: false },
    { url: expect.stringContaining('page=2'), label: 'Next &raquo;', page: 2, active: false },
  ]);
  expect(Object.keys(Object(at(await page(3), 'links')))).toEqual(['first', 'last', 'prev']);
});

test('one can go and one can come between two pages', async () => {
  emulator.faults.add({
    on: 'GET page=2$',
    kind: 'call',
    call: () => {
      emulator.cloud.removeProcess('process-a');
      emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'new' });
    },
  });
  expect(await readAll()).toEqual(['a', 'b', 'd', 'e', 'new']);
  expect(at(await page(2), 'meta', 'total')).toBe(5);
});

test('the order can change between two pages', async () => {
  emulator.cloud.options.pages.order = (items, { query }) =>
    query['page'] === '1' ? items : items.toReversed();
  expect(await readAll()).toEqual(['a', 'b', 'c', 'b', 'a']);
});

test('a page can repeat another', async () => {
  emulator.cloud.options.pages.gives = (asked) => Math.min(asked, 2);
  expect(await readAll()).toEqual(['a', 'b', 'c', 'd', 'c', 'd']);
});

test('the total can be text, or more than there is', async () => {
  emulator.cloud.options.pages.total = (total) => String(total + 1);
  expect(at(await page(1), 'meta', 'total')).toBe('6');
});

test('an answer can be changed on its way', async () => {
  emulator.faults.add({ on: 'GET page=1$', kind: 'edit', edit: withMeta({ last_page: null }) });
  emulator.faults.add({ on: 'GET page=1$', kind: 'edit', edit: without('links') });
  const first = await page(1);
  expect(at(first, 'meta', 'last_page')).toBeNull();
  expect(first).not.toHaveProperty('links');
  expect(at(await page(1), 'meta', 'last_page')).toBe(3);
});

test('a PATCH can answer with the id of another, and any answer with other headers', async () => {
  emulator.faults.add({ on: 'PATCH', kind: 'edit', edit: withId('process-b') });
  emulator.faults.add({ on: 'PATCH', kind: 'edit', edit: withHeaders({ Date: 'yesterday' }) });
  const reply = await send(emulator, 'PATCH', '/background-processes/process-a', { body: { processes: 3 } });
  expect(at(reply.body, 'data', 'id')).toBe('process-b');
  expect(reply.headers.get('date')).toBe('yesterday');
  expect(emulator.cloud.processes.map(({ processes }) => processes)).toEqual([3, 1, 1, 1, 1]);
});

test('an edit goes with another fault', async () => {
  emulator.faults.add({ on: 'PATCH', kind: 'edit', edit: withId(7) });
  emulator.faults.add({ on: 'PATCH', kind: 'slow-body', ms: 1 });
  const reply = await send(emulator, 'PATCH', '/background-processes/process-a', { body: { processes: 3 } });
  expect(at(reply.body, 'data', 'id')).toBe(7);
});
