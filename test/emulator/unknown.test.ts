import { afterEach, beforeEach, expect, test } from 'vitest';
import { withAttributes } from './edits.ts';
import { configEmptied, configInList, configOfNumbers } from './process-forms.ts';
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

const list = async () =>
  (await send(emulator, 'GET', `/instances/${shop.instance.id}/background-processes`)).body;

test.each([
  [
    'a type that nobody knows',
    { id: 'process-1', type: 'background_processes', attributes: { type: 'cron' } },
  ],
  ['no attributes', { id: 'process-2', type: 'background_processes' }],
  ['another kind of resource', { id: 'cron-3', type: 'cron_jobs', attributes: { schedule: '* * * * *' } }],
  ['no id', { type: 'background_processes', attributes: null }],
])('a resource with %s stands among the others as it is', async (_title, resource) => {
  emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'known' });
  const { id } = emulator.cloud.addUnknown(shop.instance, resource);
  expect(await list()).toMatchObject({
    data: [{ attributes: { command: 'known' } }, resource],
    meta: { total: 2 },
  });
  const { body } = await send(
    emulator,
    'GET',
    `/environments/${shop.environment.id}/instances?include=backgroundProcesses`,
  );
  expect(at(body, 'included', 1)).toEqual(resource);
  expect(at(body, 'data', 0, 'relationships', 'backgroundProcesses', 'data', 1, 'id')).toBe(id);
});

test.each([
  ['the only entry of a list', configInList, [expect.objectContaining({ queue: 'high', force: null })]],
  ['a list of numbers', configOfNumbers, [1]],
  ['empty', configEmptied, {}],
])('the config of a worker can come back as %s', async (_title, processForm, expected) => {
  emulator.cloud.options.processForm = processForm;
  emulator.cloud.addProcess(shop.instance, { type: 'worker', config: { queue: 'high' } });
  emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'x' });
  const body = await list();
  expect(at(body, 'data', 0, 'attributes', 'config')).toEqual(expected);
  expect(at(body, 'data', 1, 'attributes', 'config')).toEqual([]);
});

test('a single answer can lie about an attribute', async () => {
  const { id } = emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'x' });
  emulator.faults.add({ on: 'GET', kind: 'edit', edit: withAttributes({ processes: 'many' }) });
  const { body } = await send(emulator, 'GET', `/background-processes/${id}`);
  expect(at(body, 'data', 'attributes')).toMatchObject({ command: 'x', processes: 'many' });
});
