import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { listAll } from '../../src/cloud/shapes.ts';
import { Failure } from '../../src/failure.ts';
import { failureOf, json, type Reply, scriptedClient } from '../support/test-client.ts';

const Thing = v.object({ id: v.string(), name: v.optional(v.string()) });
const Extra = v.object({ id: v.string(), type: v.literal('instances') });
const call = { method: 'GET', path: '/things', what: 'Listing the things' } as const;
const api = 'https://cloud.example/api/things';

function pageOf(ids: readonly string[], next?: string | null, more: object = {}): Reply {
  const links = next === undefined ? { first: api, last: api } : { next };
  return json(200, { data: ids.map((id) => ({ id })), links, ...more });
}

function numbered(page: number | string, last: number | string, ...ids: string[]): Reply {
  const next = Number(page) < Number(last) ? `${api}?page=${Number(page) + 1}` : null;
  return pageOf(ids, next, { meta: { current_page: page, last_page: last } });
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
    [{ links: null, included: null, meta: null }],
    [{ links: { next: '' }, included: {} }],
    [{ links: [5], meta: { total: {}, last_page: 'x' } }],
  ])('may come with %j', async (odd) => {
    expect((await listing([json(200, { data: [{ id: 'a' }], ...odd })])).ids).toEqual(['a']);
  });

  test('of three pages is all of them in order, with what each includes', async () => {
    const include = (id: string) => ({ included: [{ id, type: 'instances' }] });
    const { ids, included, asked, pages, date } = await listing([
      pageOf(['a', 'b'], `${api}?page=2`, include('1')),
      pageOf(['c', 'd'], `${api}?page=3`),
      pageOf(['e'], undefined, include('2')),
    ]);
    expect(ids).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(included.map(({ id }) => id)).toEqual(['1', '2']);
    expect(asked).toEqual(['GET /api/things', 'GET /api/things?page=2', 'GET /api/things?page=3']);
    expect([pages, date]).toEqual([3, undefined]);
  });

  test('keeps what was asked for on pages whose links leave it out, and lets them overrule it', async () => {
    const { asked } = await listing(
      [pageOf(['a'], `${api}?page=2`), pageOf([], `${api}?page=3&include=x`), pageOf([])],
      { include: 'instance' },
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

  test.each([[{ name: 'x' }], [null], ['text'], [[]], [{ id: null }]])(
    'counts what has another shape, and reads the rest: %j',
    async (strange) => {
      const data = [strange, strange, { id: 'odd', name: 7 }, { id: 'a' }];
      const { ids, asked } = await listing([json(200, { data, meta: { total: 4 } })]);
      expect([ids, asked.length]).toEqual([['a'], 1]);
    },
  );

  test('is none where the answer is no page, and is asked for again for a short time', async () => {
    const { message, asked } = await refusal(Array(9).fill(json(200, { data: { id: 'a' } })));
    expect(message).toContain('does not have the expected shape');
    expect(asked).toHaveLength(6);
  });
});

describe('the next page', () => {
  test('follows where pages neither say their number nor have links', async () => {
    const { ids, asked } = await listing(
      ['a', 'b', 'c'].map((id) => json(200, { data: [{ id }], meta: { last_page: 3, total: 3 } })),
    );
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(asked).toHaveLength(3);
  });

  test.each([
    ['without an origin', '?page=2'],
    ['below another path than that of the API', 'https://cloud.example/admin?page=2'],
    ['that JSON:API writes as an object', { href: `${api}?page=2` }],
  ])('is asked for where its link points, if that is a link %s', async (_, next) => {
    const first = json(200, { data: [{ id: 'a' }], links: { next } });
    const { ids, asked } = await listing([first, pageOf(['b'])]);
    expect([ids, asked[1]]).toEqual([['a', 'b'], 'GET /api/things?page=2']);
  });

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

  test('needs no link where its number is told: one to another host is not looked at', async () => {
    const elsewhere = { links: { next: 'https://cloud.laravel.com/api/things?page=2' } };
    const { ids, asked } = await listing([
      json(200, { data: [{ id: 'a' }], meta: { current_page: 1, last_page: 2 }, ...elsewhere }),
      json(200, { data: [{ id: 'b' }], meta: { current_page: 2, last_page: 2 } }),
    ]);
    expect([ids, asked]).toEqual([
      ['a', 'b'],
      ['GET /api/things', 'GET /api/things?page=2'],
    ]);
  });

  test('is refused when its link is none', async () => {
    const { message } = await refusal([pageOf(['a'], 'https://[')]);
    expect(message).toContain('its link to the next page is not a URL');
  });

  const second = pageOf(['b'], `${api}?page=1`);
  const endless = Array.from({ length: 300 }, (_, n) => pageOf([`p${n}`], `${api}?page=${n + 2}`));

  test.each([
    ['it was read already', [pageOf(['a'], `${api}?page=2`), second, pageOf(['a'], `${api}?page=2`)], 3],
    ['two hundred were read', endless, 200],
    ['the list has more than anybody could want', [numbered(1, 1e15, 'a')], 1],
  ])('is refused when %s', async (_, replies, requests) => {
    const { message, asked } = await refusal(replies);
    expect(message).toContain('the list is not complete: its pages never end');
    expect(asked).toHaveLength(requests);
  });
});

describe('pages whose number is told', () => {
  test('are read six at once after the first, and stand in their order', async () => {
    const { client, clock, transport } = scriptedClient([]);
    let underWay = 0;
    let most = 0;
    transport.answer = async ({ url }) => {
      const page = Number(url.searchParams.get('page') ?? 1);
      most = Math.max(most, ++underWay);
      // Later pages come sooner.
      await clock.sleep(3_000 - 100 * page);
      underWay--;
      return numbered(page, 20, `p${page}`);
    };
    const { items } = await clock.run(listAll(client, call, Thing));
    expect(items.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, index) => `p${index + 1}`));
    expect(most).toBe(6);
  });

  test('are followed by their links where these are no numbers', async () => {
    const next = `${api}?cursor=x&page=7`;
    const cursor = pageOf(['a'], next, { meta: { current_page: 1, last_page: 3 } });
    const { asked } = await listing([cursor, pageOf(['b'])]);
    expect(asked).toEqual(['GET /api/things', 'GET /api/things?cursor=x&page=7']);
  });

  test('and one that came to be meanwhile is read, too', async () => {
    const { ids } = await listing([numbered(1, 2, 'a'), numbered(2, 3, 'b'), numbered(3, 3, 'c')]);
    expect(ids).toEqual(['a', 'b', 'c']);
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
    expect((await listing([last(2, 'a'), last(2, 'a', 'b')])).asked).toHaveLength(2);
    expect((await listing([last(1, 'a')])).asked).toHaveLength(1);
    expect((await listing([last('1', 'a', 'b')])).asked).toHaveLength(1);
    expect((await listing([last('many', 'a')])).asked).toHaveLength(1);
    expect((await listing([last(2, 'a', 'a', 'b')])).ids).toEqual(['a', 'b']);
  });

  test.each([
    ['the number of its items changed', [first(4, 'a', 'b'), last(3, 'd')]],
    ['one item was on two pages', [first(3, 'a', 'b'), last(3, 'b', 'c')]],
    [
      'one item was on two pages',
      [json(200, { data: [{ id: 7 }], links: { next: '?page=2' } }), last(2, '7')],
    ],
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
