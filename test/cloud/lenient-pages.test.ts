import { expect, test } from 'vitest';
import { listAll } from '../../src/cloud/lists.ts';
import { keepingRaw, ProcessResource } from '../../src/cloud/shapes.ts';
import { json } from '../support/fake-transport.ts';
import { scriptedClient } from '../support/test-client.ts';

const call = { method: 'GET', path: '/things', query: { include: 'instance' }, what: 'Listing' } as const;

function process(id: string, attributes: object = {}) {
  return { id, attributes: { type: 'custom', processes: 1, ...attributes } };
}

test('a list without links is read to the last page that its numbers tell', async () => {
  const { client, transport } = scriptedClient([
    json(200, { data: [process('a')], meta: { current_page: 1, last_page: 2 } }),
    json(200, { data: [process('b')], meta: { current_page: 2, last_page: 2 } }),
  ]);
  const { items } = await listAll(client, call, keepingRaw(ProcessResource));
  expect(items.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(transport.asked.at(-1)).toBe('GET /api/things?include=instance&page=2');
});

test('a threshold may be a decimal number in text', async () => {
  const { client } = scriptedClient([json(200, { data: [process('a', { strategy_threshold: '1.5' })] })]);
  const { items } = await listAll(client, call, keepingRaw(ProcessResource));
  expect(items[0]?.resource.attributes.strategy_threshold).toBe(1.5);
});
