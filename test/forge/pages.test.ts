import { expect, test } from 'vitest';
import { ListedServer, listAll } from '../../src/forge/shapes.ts';
import { scripted } from './client.ts';

const named = (id: number | string) => ({ id, type: 'servers', attributes: { name: `web-${id}` } });
const call = { method: 'GET', path: '/orgs/acme/servers', what: 'Listing the servers' } as const;

test('follows the cursor over all pages, in order', async () => {
  const pages = [
    {
      data: [named('1'), named('2')],
      links: { next: 'https://evil.test' },
      meta: { next_cursor: 'b', total: 4 },
    },
    { data: [named('3')], links: { next: 'https://evil.test' }, meta: { next_cursor: 'c' } },
    { data: [named(4)], links: [], meta: { next_cursor: null } },
  ];
  const { client, calls } = scripted((_request, number) => pages[number - 1]);
  const listed = await listAll(client, { ...call, query: { sort: 'name' } }, ListedServer);
  expect(listed.items.map(({ id }) => id)).toEqual(['1', '2', '3', '4']);
  expect(listed).toMatchObject({ pages: 3, included: [] });
  expect(calls).toEqual([
    'GET /orgs/acme/servers?sort=name&page[size]=30',
    'GET /orgs/acme/servers?sort=name&page[size]=30&page[cursor]=b',
    'GET /orgs/acme/servers?sort=name&page[size]=30&page[cursor]=c',
  ]);
});

test('follows its links where it has no cursor', async () => {
  const next = 'https://forge.test/api/orgs/acme/servers?page%5Bcursor%5D=b';
  const { client, calls } = scripted((_request, number) =>
    number === 1 ? { data: [named('1')], links: { next } } : { data: [named('2')], links: { next: '' } },
  );
  const { items } = await listAll(client, { ...call, query: { sort: 'name' } }, ListedServer);
  expect(items.map(({ id }) => id)).toEqual(['1', '2']);
  expect(calls[1]).toBe('GET /orgs/acme/servers?sort=name&page[size]=30&page[cursor]=b');
  const elsewhere = scripted(() => ({ data: [], links: { next: 'https://evil.test' } })).client;
  await expect(listAll(elsewhere, call, ListedServer)).rejects.toThrow('where the token must not go');
});

test('cursors that go in circles are refused', async () => {
  const { client, calls } = scripted((_request, number) => ({
    data: [],
    meta: { next_cursor: number % 2 === 0 ? 'a' : 'b' },
  }));
  await expect(listAll(client, call, ListedServer)).rejects.toThrow(/its pages never end/);
  expect(calls.length).toBeLessThan(5);
});
