import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { listAll } from '../../src/cloud/lists.ts';
import { Failure } from '../../src/failure.ts';
import { json, type Reply, text } from '../support/fake-transport.ts';
import { failureOf, scriptedClient } from '../support/test-client.ts';

const Thing = v.object({ id: v.string(), name: v.optional(v.string()) });
const Extra = v.object({ id: v.string(), type: v.literal('instances') });
const call = { method: 'GET', path: '/things', what: 'Listing the things' } as const;
const api = 'https://cloud.example/api/things';

function pageOf(ids: readonly string[], next?: string | null, more: object = {}): Reply {
  const links = next === undefined ? { first: api, last: api } : { next };
  return json(200, { data: ids.map((id) => ({ id })), links, ...more });
}

async function listing(replies: readonly Reply[], query?: Record<string, string>) {
  const { client, clock, transport } = scriptedClient(replies);
  const listed = await clock.run(
    listAll(client, query === undefined ? call : { ...call, query }, Thing, Extra),
  );
  return { ...listed, ids: listed.items.map(({ id }) => id), asked: transport.asked, waited: clock.now() };
}

async function refusal(replies: readonly Reply[]) {
  const { client, clock, transport } = scriptedClient(replies);
  const error = await clock.run(failureOf(listAll(client, call, Thing)));
  if (!(error instanceof Failure)) throw error;
  return { message: error.message, asked: transport.asked, waited: clock.now() };
}

describe('a list', () => {
  test.each([
    ['without links', { data: [] }],
    ['with null for links and what is included', { data: [], links: null, included: null, meta: null }],
    ['with null for the next page', { data: [], links: { next: null } }],
    ['with an empty link to the next page', { data: [], links: { next: '' } }],
    ['with an object for what is included', { data: [], included: {} }],
    ['with odd links and odd numbers', { data: [], links: [5], meta: { total: {}, last_page: 'x' } }],
    ['with text for its numbers and links', { data: [], links: 'x', meta: 'y' }],
  ])('may come %s', async (_, body) => {
    expect((await listing([json(200, body)])).ids).toEqual([]);
  });

  test('follows a link that JSON:API writes as an object', async () => {
    const next = { href: `${api}?page=2` };
    const { ids } = await listing([json(200, { data: [{ id: 'a' }], links: { next } }), pageOf(['b'])]);
    expect(ids).toEqual(['a', 'b']);
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

  test('takes only what is of use of what came along', async () => {
    const included = [{ id: '1', type: 'instances' }, { id: '2', type: 'environments' }, null, 'x'];
    const more = await listing([pageOf(['a'], undefined, { included })]);
    expect(more.included).toEqual([{ id: '1', type: 'instances' }]);
    const { client, clock } = scriptedClient([pageOf(['a'], undefined, { included })]);
    expect((await clock.run(listAll(client, call, Thing))).included).toEqual([]);
  });

  test('tells how many pages it has and what the server’s clock said last', async () => {
    const date = (seconds: number) => ({ date: new Date(seconds * 1_000).toUTCString() });
    const listed = await listing([
      json(200, { data: [{ id: 'a' }], links: { next: '?page=2' } }, date(7)),
      json(200, { data: [{ id: 'b' }] }, date(9)),
    ]);
    expect(listed).toMatchObject({ pages: 2, date: 9_000 });
    expect(await listing([pageOf(['a'])])).toMatchObject({ pages: 1, date: undefined });
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
      `Listing the things: the list is not complete: its next page is said to be at ${origin}, where the token must not go. Check that api-url is the address of the API itself.`,
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
    expect(message).toContain('the list is not complete: its pages never end');
    expect(asked).toHaveLength(3);
  });

  test('is refused after two hundred', async () => {
    const pages = Array.from({ length: 300 }, (_, n) => pageOf([`p${n}`], `${api}?page=${n + 2}`));
    const { message, asked } = await refusal(pages);
    expect(message).toContain('never end');
    expect(asked).toHaveLength(200);
  });
});

describe('pages whose number is told', () => {
  const numbered = (page: number | string, last: number | string, ...ids: string[]): Reply =>
    json(200, {
      data: ids.map((id) => ({ id })),
      links: Number(page) < Number(last) ? { next: `${api}?page=${Number(page) + 1}` } : {},
      meta: { current_page: page, last_page: last, total: 5 },
    });
  const pages = [numbered(1, 5, 'a'), numbered(2, 5, 'b'), numbered(3, 5, 'c'), numbered(4, 5, 'd')];

  test('are read side by side after the first, and stand in their order', async () => {
    const { client, clock, transport } = scriptedClient([]);
    transport.answer = async ({ url }) => {
      const page = Number(url.searchParams.get('page') ?? 1);
      // Later pages come sooner.
      await clock.sleep(1_000 - 100 * page);
      return [...pages, numbered(5, 5, 'e')][page - 1] ?? text(500, '');
    };
    const { items } = await clock.run(listAll(client, call, Thing));
    expect(items.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(clock.now()).toBe(900 + 800);
  });

  test('are six at once at most', async () => {
    const { client, clock, transport } = scriptedClient([]);
    let underWay = 0;
    let most = 0;
    transport.answer = async ({ url }) => {
      const page = Number(url.searchParams.get('page') ?? 1);
      most = Math.max(most, ++underWay);
      await clock.sleep(100);
      underWay--;
      return json(200, {
        data: [{ id: `p${page}` }],
        meta: { current_page: page, last_page: 20, total: 20 },
      });
    };
    const { items } = await clock.run(listAll(client, call, Thing));
    expect([items.length, most, clock.now()]).toEqual([20, 6, 100 + 4 * 100]);
  });

  test('may have their numbers as text', async () => {
    const { asked } = await listing([
      numbered('1', '3', 'a', 'b'),
      numbered('2', '3', 'c', 'd'),
      numbered('3', '3', 'e'),
    ]);
    expect(asked).toEqual(['GET /api/things', 'GET /api/things?page=2', 'GET /api/things?page=3']);
  });

  test('are followed by their links where these are no numbers', async () => {
    const cursor = json(200, {
      data: [{ id: 'a' }],
      links: { next: `${api}?cursor=x&page=7` },
      meta: { current_page: 1, last_page: 3 },
    });
    const { asked } = await listing([cursor, pageOf(['b'])]);
    expect(asked).toEqual(['GET /api/things', 'GET /api/things?cursor=x&page=7']);
  });

  test('and one that came to be meanwhile is read, too', async () => {
    const grown = (page: number, last: number, id: string) =>
      json(200, { data: [{ id }], meta: { current_page: page, last_page: last } });
    const { ids } = await listing([grown(1, 2, 'a'), grown(2, 3, 'b'), grown(3, 3, 'c')]);
    expect(ids).toEqual(['a', 'b', 'c']);
  });

  test('are refused when there are more than anybody could want', async () => {
    const { message, asked } = await refusal([numbered(1, 1e15, 'a')]);
    expect(message).toContain('its pages never end');
    expect(asked).toHaveLength(1);
  });
});

describe('a list that moves while its pages are read', () => {
  const first = (total: unknown, ...ids: string[]) => pageOf(ids, `${api}?page=2`, { meta: { total } });
  const last = (total: unknown, ...ids: string[]) => pageOf(ids, undefined, { meta: { total } });
  const whole = [first(4, 'a', 'b'), last(4, 'c', 'd')];

  test.each([
    ['became shorter', [first(5, 'a', 'b'), last(4, 'd', 'e')]],
    ['became longer', [first(3, 'a', 'b'), last(4, 'c', 'd')]],
    ['holds fewer than it says', [first(4, 'a', 'b'), last(4, 'd')]],
    ['holds fewer than it says in text', [first('4', 'a', 'b'), last('4', 'd')]],
    ['shows the same on two pages', [first(null, 'a', 'b'), last(null, 'b', 'c')]],
  ])('is read again when it %s', async (_, replies) => {
    const { ids, asked, waited } = await listing([...replies, ...whole]);
    expect(ids).toEqual(['a', 'b', 'c', 'd']);
    expect(asked).toHaveLength(4);
    // Thirty requests a minute.
    expect(waited).toBe(4_000);
  });

  test('is not one of one page that holds what it says, or more', async () => {
    expect((await listing([last(1, 'a')])).asked).toHaveLength(1);
    expect((await listing([last('1', 'a', 'b')])).asked).toHaveLength(1);
    expect((await listing([last('many', 'a')])).asked).toHaveLength(1);
    expect((await listing([last(2, 'a', 'a', 'b')])).ids).toEqual(['a', 'b']);
  });

  test('is read again when it is of one page and does not hold what it says', async () => {
    expect((await listing([last(2, 'a'), last(2, 'a', 'b')])).asked).toHaveLength(2);
  });

  test.each([
    ['the number of its items changed', [first(4, 'a', 'b'), last(3, 'd')]],
    ['one item was on two pages', [first(3, 'a', 'b'), last(3, 'b', 'c')]],
    ['it held 3 items and said that there were 4', [first(4, 'a', 'b'), last(4, 'd')]],
  ])('again and again is refused: %s', async (why, replies) => {
    const { message, asked, waited } = await refusal(Array(9).fill(replies).flat());
    expect(asked).toHaveLength(12);
    expect(waited).toBe(5 * 4_000);
    expect(message).toBe(
      `Listing the things: the list kept changing while it was read (6 attempts): ${why}. Run the job again when nothing else changes this list.`,
    );
  });
});

describe('a resource of another shape', () => {
  const odd = { id: 'odd', name: 7, secret: 's' };

  test('does not keep the others from being read', async () => {
    const { client, clock } = scriptedClient([json(200, { data: [{ id: 'a' }, odd], meta: { total: 2 } })]);
    const { items } = await clock.run(listAll(client, call, Thing));
    expect(items).toEqual([{ id: 'a' }]);
  });

  test.each([[{ name: 'x' }], [null], ['text'], [[]], [{ id: null }]])(
    'counts as one of the list, whatever it is: %j',
    async (strange) => {
      const { client, clock, transport } = scriptedClient([
        json(200, { data: [strange, strange, { id: 5 }], meta: { total: 3 } }),
      ]);
      await clock.run(listAll(client, call, Thing));
      expect(transport.asked).toHaveLength(1);
    },
  );
});

test('what is no page is no list, and is asked for three times', async () => {
  const { message, asked } = await refusal(Array(9).fill(json(200, { data: { id: 'a' } })));
  expect(message).toContain('does not have the expected shape');
  expect(asked).toHaveLength(3);
});
