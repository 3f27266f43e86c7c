import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { listAll } from '../../src/cloud/pages.ts';
import { Failure } from '../../src/failure.ts';
import { json, type Reply } from '../support/fake-transport.ts';
import { failureOf, scriptedClient } from '../support/test-client.ts';

const Thing = v.object({ id: v.string(), name: v.optional(v.string()) });
const call = { method: 'GET', path: '/things', what: 'Listing the things' } as const;
const api = 'https://cloud.example/api/things';

function pageOf(ids: readonly string[], next?: string | null, more: object = {}): Reply {
  const links = next === undefined ? { first: api, last: api } : { next };
  return json(200, { data: ids.map((id) => ({ id })), links, ...more });
}

async function listing(replies: readonly Reply[], query?: Record<string, string>) {
  const { client, clock, transport } = scriptedClient(replies);
  const listed = await clock.run(listAll(client, query === undefined ? call : { ...call, query }, Thing));
  return { ids: listed.items.map(({ id }) => id), included: listed.included, asked: transport.asked };
}

async function refusal(replies: readonly Reply[]) {
  const { client, clock, transport } = scriptedClient(replies);
  const error = await clock.run(failureOf(listAll(client, call, Thing)));
  if (!(error instanceof Failure)) throw error;
  return { message: error.message, asked: transport.asked };
}

describe('a list', () => {
  test('of one page is that page', async () => {
    const { ids, asked } = await listing([pageOf(['a', 'b'])]);
    expect(ids).toEqual(['a', 'b']);
    expect(asked).toEqual(['GET /api/things']);
  });

  test.each([
    ['without links', { data: [] }],
    ['with null for links and what is included', { data: [], links: null, included: null, meta: null }],
    ['with null for the next page', { data: [], links: { next: null } }],
  ])('may come %s', async (_, body) => {
    expect((await listing([json(200, body)])).ids).toEqual([]);
  });

  test('of three pages is all of them in order, with what each includes', async () => {
    const include = (id: string) => ({ included: [{ id, type: 'instances' }] });
    const { ids, included, asked } = await listing([
      pageOf(['a', 'b'], `${api}?page=2`, include('1')),
      pageOf(['c', 'd'], `${api}?page=3`),
      pageOf(['e'], undefined, include('2')),
    ]);
    expect(ids).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(included.map(({ id }) => id)).toEqual(['1', '2']);
    expect(asked).toEqual(['GET /api/things', 'GET /api/things?page=2', 'GET /api/things?page=3']);
  });

  test('keeps what was asked for on pages whose links leave it out, and lets them overrule it', async () => {
    const { asked } = await listing(
      [pageOf(['a'], `${api}?page=2`), pageOf([], `${api}?page=3&include=x`), pageOf([])],
      {
        include: 'instance',
      },
    );
    expect(asked).toEqual([
      'GET /api/things?include=instance',
      'GET /api/things?include=instance&page=2',
      'GET /api/things?include=x&page=3',
    ]);
  });

  test('holds what stands on two pages once, as it was last', async () => {
    const { client, clock } = scriptedClient([
      json(200, { data: [{ id: 'a', name: 'old' }, { id: 'b' }], links: { next: `${api}?page=2` } }),
      json(200, { data: [{ id: 'a', name: 'new' }] }),
    ]);
    const { items } = await clock.run(listAll(client, call, Thing));
    expect(items).toEqual([{ id: 'a', name: 'new' }, { id: 'b' }]);
  });

  test('follows a link without an origin', async () => {
    const { asked } = await listing([pageOf(['a'], '?page=2'), pageOf([])]);
    expect(asked[1]).toBe('GET /api/things?page=2');
  });
});

describe('the next page', () => {
  test.each([
    ['another host', 'https://evil.example/api/things?page=2', 'https://evil.example'],
    ['the same host without TLS', 'http://cloud.example/api/things?page=2', 'http://cloud.example'],
    ['another port', 'https://cloud.example:8443/api/things?page=2', 'https://cloud.example:8443'],
    ['another host without a scheme', '//evil.example/things', 'https://evil.example'],
  ])('is refused on %s, where the token must not go', async (_, next, origin) => {
    const { message, asked } = await refusal([pageOf(['a'], next)]);
    expect(asked).toHaveLength(1);
    expect(message).toBe(
      `Listing the things: the list is not complete: its next page is said to be at ${origin}, where the token must not go. Nothing was changed; check that api-url is the address of the API itself.`,
    );
  });

  test('is asked for below the API’s own path, wherever its link points', async () => {
    const { asked } = await listing([pageOf(['a'], 'https://cloud.example/admin?page=2'), pageOf([])]);
    expect(asked[1]).toBe('GET /api/things?page=2');
  });

  test('is refused when its link is none', async () => {
    const { message } = await refusal([pageOf(['a'], 'https://[')]);
    expect(message).toContain('its link to the next page is not a URL');
  });

  test('is refused when it was read already', async () => {
    const { message, asked } = await refusal([
      pageOf(['a'], `${api}?page=2`),
      pageOf(['b'], `${api}?page=1`),
      pageOf(['a'], `${api}?page=2`),
    ]);
    expect(message).toContain('its links to the next page never end');
    expect(asked).toHaveLength(3);
  });

  test('is refused after two hundred', async () => {
    const pages = Array.from({ length: 300 }, (_, n) => pageOf([`p${n}`], `${api}?page=${n + 2}`));
    const { message, asked } = await refusal(pages);
    expect(message).toContain('never end');
    expect(asked).toHaveLength(201);
  });
});

describe('a list from which something is removed while its pages are read', () => {
  const first = (total: number) => pageOf(['a', 'b'], `${api}?page=2`, { meta: { total } });
  const last = (total: number, ...ids: string[]) => pageOf(ids, undefined, { meta: { total } });

  test('is read anew, since what is removed moves the rest to pages already read', async () => {
    const { ids, asked } = await listing([first(4), last(3, 'd'), first(3), last(3, 'd')]);
    expect(ids).toEqual(['a', 'b', 'd']);
    expect(asked).toHaveLength(4);
  });

  test('is not one that grows, of which nothing is skipped, or that tells no total', async () => {
    expect((await listing([first(3), last(4, 'c', 'd')])).asked).toHaveLength(2);
    const untold = pageOf(['c'], undefined, { meta: { total: null } });
    expect((await listing([first(3), untold])).asked).toHaveLength(2);
  });

  test('again and again is refused', async () => {
    const restless = [first(4), last(3, 'd')];
    const { message, asked } = await refusal(Array(9).fill(restless).flat());
    expect(asked).toHaveLength(10);
    expect(message).toContain('something was removed from it each time while its pages were read');
  });
});

test('a page of another shape is no list', async () => {
  const { message } = await refusal(Array(5).fill(json(200, { data: { id: 'a' } })));
  expect(message).toContain('does not have the expected shape');
});
