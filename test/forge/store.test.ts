import { describe, expect, test } from 'vitest';
import { ForgeStore, listWithSites } from '../../src/forge/store.ts';
import { listingOf } from '../support/processes.ts';
import { failureOf, htmlPage, json, type Reply, scriptedClient, text } from '../support/test-client.ts';
import { processOf, specOf } from './forge-server.ts';

const all = '/api/orgs/acme/servers/7/background-processes';

/** As recorded, but for its id: Forge never shows a process's name, site, seconds or signal. */
const resource = (id: string, given: object = {}) => ({
  id,
  type: 'backgroundProcesses',
  attributes: {
    command: 'php8.4 artisan horizon',
    user: 'forge',
    directory: '/home/forge/shop.example',
    processes: 1,
    status: 'running',
    created_at: '2026-10-01T09:00:00Z',
    ...given,
  },
});

const body = (data: unknown, status = 200): Reply => json(status, { data });

function storeWith(replies: readonly Reply[], siteId?: string) {
  const scripted = scriptedClient(replies);
  const target = { organization: 'acme', server: { id: '7', name: 'web-1' }, siteId };
  return { ...scripted, store: new ForgeStore(scripted.client, target) };
}

describe('Listing', () => {
  test('reads every process of the server; one that is being removed does not count as existing', async () => {
    const { store, clock, transport } = storeWith([
      json(
        200,
        { data: [resource('31'), resource('32', { status: 'removing' })] },
        { date: 'Thu, 01 Oct 2026 09:00:00 GMT' },
      ),
    ]);
    const { processes, leaving, pages, serverTime } = await clock.run(store.list());
    expect(transport.asked).toEqual([`GET ${all}?page%5Bsize%5D=30`]);
    expect(processes).toEqual([processOf({ id: '31' })]);
    expect(leaving.map(({ id }) => id)).toEqual(['32']);
    expect([pages, serverTime]).toEqual([1, Date.UTC(2026, 9, 1, 9)]);
  });

  test('can keep the order of the API, with those that are being removed', async () => {
    const { store, clock } = storeWith([body([resource('32', { status: 'removing' }), resource('31')])]);
    expect((await clock.run(store.listAll())).map(({ id }) => id)).toEqual(['32', '31']);
  });

  test('asks for the processes of a site, and what it reads is of that site', async () => {
    const { store, clock, transport } = storeWith([body([resource('31')])], '9');
    expect((await clock.run(store.list())).processes).toMatchObject([{ id: '31', siteId: '9' }]);
    expect(transport.requests[0]?.url.searchParams.get('filter[site_id]')).toBe('9');
  });

  test('filters and sorts as Forge can', async () => {
    const { store, clock, transport } = storeWith([body([]), body([])]);
    await clock.run(store.list());
    expect([...(transport.requests.pop()?.url.searchParams.keys() ?? [])]).toEqual(['page[size]']);
    await clock.run(store.list({ user: 'root', siteId: '9', directory: '/home/a b', sort: '-user' }));
    const asked = Object.fromEntries(transport.requests[0]?.url.searchParams ?? []);
    expect(asked).toMatchObject({
      'filter[user]': 'root',
      'filter[site_id]': '9',
      'filter[directory]': '/home/a b',
      sort: '-user',
    });
  });

  test('hides no process that has odd fields, and skips what is no process', async () => {
    const odd = resource('32', { command: null, user: 5, directory: 6, processes: 'many', status: null });
    const site = { ...odd, id: '31', type: 'sites' };
    const dashed = { ...odd, type: 'background-processes' };
    const { store, clock } = storeWith([
      body([dashed, site, { id: 33, type: '', attributes: { command: 'x' } }]),
    ]);
    expect((await clock.run(store.list())).processes).toEqual([
      processOf({
        ...{ id: '32', command: '', user: '', directory: null, processes: undefined, status: 'unknown' },
        ...{ doubt: 'its command and user are not known', vague: 'its directory is not known' },
      }),
      expect.objectContaining({ id: '33', doubt: 'its user is not known', createdAt: null }),
    ]);
  });

  test.each([
    [403, 'server web-1: The Cloud answered 403. The token needs the scope server:view'],
    [404, 'Check organization (acme, the slug in the address of its pages) and server (web-1)'],
  ])('that is answered with %i says what to check', async (status, hint) => {
    const { store, clock } = storeWith([text(status, '')]);
    const error = await clock.run(failureOf(store.list()));
    expect(error).toHaveProperty('message', expect.stringContaining(hint));
  });
});

test('a list with sites asks once for each site that is declared, and tells whose each process is', async () => {
  const asked: (string | undefined)[] = [];
  const [a, b] = [processOf({ id: '31' }), processOf({ id: '32' })];
  const declared = [specOf({ siteId: '9' }), specOf(), specOf({ siteId: '9', user: 'root' })];
  const listing = await listWithSites(declared, async ({ siteId }) => {
    asked.push(siteId);
    return siteId === undefined ? listingOf([a, b]) : listingOf([b], { pages: 2 });
  });
  expect(asked).toEqual([undefined, '9']);
  expect(listing).toMatchObject({ pages: 2, leaving: [], processes: [a, { ...b, siteId: '9' }] });
  expect(listing.processes[0]).toBe(a);
});

describe('Creating', () => {
  test('sends what is declared, and no more', async () => {
    const { store, clock, transport } = storeWith([body(resource('31'), 201), body(resource('32'), 201)]);
    const spec = specOf({
      ...{ siteId: '9', directory: undefined, processes: 3 },
      ...{ startsecs: 0, stopwaitsecs: 10, stopsignal: 'SIGINT' },
    });
    expect(await clock.run(store.create(spec))).toMatchObject({ kind: 'created', made: { id: '31' } });
    await clock.run(store.create(specOf({ processes: undefined })));
    expect(transport.asked).toEqual([`POST ${all}`, `POST ${all}`]);
    expect(transport.requests.map((request) => JSON.parse(request.body ?? ''))).toEqual([
      {
        ...{ name: 'horizon', command: 'php8.4 artisan horizon', user: 'forge', processes: 3, site_id: 9 },
        ...{ startsecs: 0, stopwaitsecs: 10, stopsignal: 'SIGINT' },
      },
      {
        ...{ name: 'horizon', command: 'php8.4 artisan horizon', user: 'forge' },
        ...{ directory: '/home/forge/shop.example', processes: 1 },
      },
    ]);
  });

  test('is done when the answer carries an id, whatever else it carries; the process is of the site', async () => {
    for (const data of [
      { id: 31 },
      { id: '31', type: 'daemons' },
      { id: '31', attributes: ['<unknown>'] },
      [resource('31')],
    ]) {
      const { store, clock, transport } = storeWith([body(data, 201)], '9');
      expect(await clock.run(store.create(specOf({ siteId: '9' })))).toMatchObject({
        kind: 'created',
        made: { id: '31', siteId: '9' },
      });
      expect(transport.requests).toHaveLength(1);
    }
  });

  test.each([
    ['a page', htmlPage],
    ['an answer without an id', body({}, 201)],
    ['an answer with two processes', body([resource('31'), resource('32')], 201)],
  ])('may have happened after %s, and is sent once', async (_, reply) => {
    const { store, clock, transport } = storeWith([reply]);
    expect(await clock.run(store.create(specOf()))).toMatchObject({ kind: 'lost' });
    expect(transport.requests).toHaveLength(1);
  });

  test.each([['The name has already been taken.'], ['Taken.'], ['It is in use.']])(
    'finds the name taken where only the name is refused (%s)',
    async (told) => {
      const answer = { message: 'The given data was invalid.', errors: { name: [told] } };
      const { store, clock } = storeWith([json(422, answer)]);
      const sent = await clock.run(store.create(specOf()));
      expect(sent).toMatchObject({ kind: 'taken', refusal: { status: 422 } });
    },
  );

  test.each([[undefined], [[]]])(
    'finds the name taken where the answer names no field (%j)',
    async (errors) => {
      const { store, clock } = storeWith([
        json(422, { message: 'The name has already been taken.', errors }),
      ]);
      expect(await clock.run(store.create(specOf()))).toMatchObject({ kind: 'taken' });
    },
  );

  test.each([
    [422, { errors: { site_id: ['There is none.'] } }, 'site: There is none.'],
    [422, { message: 'The name is invalid.' }, 'The name is invalid.'],
    [422, { errors: { command: ['Too long.'] } }, 'command: Too long.'],
    [422, { errors: { name: ['Taken.'], processes: ['Too many.'] } }, 'processes: Too many.'],
    [422, { errors: { name: ['The name must not be greater than 40 characters.'] } }, 'Correct name'],
    [422, { errors: { name: ['The selected name is invalid.'] } }, 'Correct name'],
    [403, {}, 'The token needs the scope server:create-daemons'],
    [409, { errors: { name: ['Locked.'] } }, 'Creating the process "php8.4 artisan horizon" of user forge'],
  ])('that is refused for another reason (%i) fails, and names the input', async (status, answer, why) => {
    const { store, clock } = storeWith([json(status, answer)]);
    const error = await clock.run(failureOf(store.create(specOf())));
    expect(error).toHaveProperty('message', expect.stringContaining(why));
  });
});

test('processes that a list has missed are read by their ids; those that are gone are left out', async () => {
  const { store, clock, transport } = storeWith([body(resource('32')), text(404, '')]);
  const completed = await clock.run(store.complete([processOf({ id: '31' })], ['31', '32', '33']));
  expect(completed.map(({ id }) => id)).toEqual(['31', '32']);
  expect(transport.asked).toEqual([`GET ${all}/32`, `GET ${all}/33`]);
});

describe('One process', () => {
  test('is read by its id; one that is being removed exists only for those who ask for any', async () => {
    const leaving = body(resource('31', { status: 'removing' }));
    const { store, clock, transport } = storeWith([body(resource('31')), leaving, leaving], '9');
    expect(await clock.run(store.find('31'))).toMatchObject({ id: '31', siteId: '9' });
    expect(await clock.run(store.find('31'))).toBeUndefined();
    expect(await clock.run(store.findAny('31'))).toMatchObject({ id: '31', status: 'removing' });
    expect(new Set(transport.asked)).toEqual(new Set([`GET ${all}/31`]));
  });

  test('that is not there is nothing to read, and removed already', async () => {
    const { store, clock } = storeWith([text(404, ''), text(404, '')]);
    expect(await clock.run(store.find('31'))).toBeUndefined();
    await clock.run(store.remove('31'));
  });

  test('is removed and restarted, and nothing of the empty page that answers is read', async () => {
    const { store, clock, transport } = storeWith([
      { ...htmlPage, status: 202, body: '' },
      { ...htmlPage, status: 202, body: '' },
    ]);
    await clock.run(store.remove('31'));
    await clock.run(store.restart('31'));
    expect(transport.asked).toEqual([`DELETE ${all}/31`, `POST ${all}/31/actions`]);
    expect(transport.requests[1]?.body).toBe('{"action":"restart"}');
  });

  test.each([
    ['removed', (store: ForgeStore) => store.remove('31'), 'Deleting', 'server:delete-daemons'],
    ['restarted', (store: ForgeStore) => store.restart('31'), 'Restarting', 'server:create-daemons'],
    ['read', (store: ForgeStore) => store.find('31'), 'Reading', 'server:view'],
  ])('that may not be %s names the scope that the token needs', async (_, act, what, scope) => {
    const { store, clock } = storeWith([text(403, '')]);
    const error = await clock.run(failureOf(act(store)));
    expect(error).toHaveProperty(
      'message',
      expect.stringMatching(`^${what} background process 31: .*needs the scope ${scope}`),
    );
  });
});
