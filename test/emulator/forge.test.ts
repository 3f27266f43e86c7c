import { afterEach, beforeEach, expect, test } from 'vitest';
import { seedShop } from './seed.ts';
import { type Emulator, startEmulator } from './server.ts';
import { at, type CallOptions, type Reply, sendChecked } from './test-client.ts';

let emulator: Emulator;
let shop: ReturnType<typeof seedShop>;
let base: string;
let now: number;

beforeEach(async () => {
  now = Date.parse('2026-10-01T09:00:00Z');
  emulator = await startEmulator({ now: () => now });
  shop = seedShop(emulator);
  base = `/orgs/acme/servers/${shop.server.id}/background-processes`;
});

afterEach(() => emulator.close());

const call = (method: string, path: string, options?: CallOptions) =>
  sendChecked(emulator, method, path, options);

const statuses = (reply: Reply) =>
  [at(reply.body, 'data')].flat().map((process) => at(process, 'attributes', 'status'));

const worker = { name: 'queue', command: 'php8.4 artisan queue:work', user: 'forge', processes: 2 };

test('a process is accepted, comes up over some looks, and never tells what is write-only', async () => {
  const made = await call('POST', base, {
    body: { ...worker, site_id: Number(shop.site.id), startsecs: 1, stopwaitsecs: 15, stopsignal: 'SIGTERM' },
  });
  expect(made.status).toBe(202);
  expect(at(made.body, 'data', 'attributes')).toEqual({
    command: worker.command,
    user: 'forge',
    directory: null,
    processes: 2,
    status: 'installing',
    created_at: '2026-10-01T09:00:00Z',
  });
  const path = `${base}/${at(made.body, 'data', 'id')}`;
  const seen = [await call('GET', path), await call('GET', path), await call('GET', base)].flatMap(statuses);
  expect(seen).toEqual(['starting', 'running', 'running']);
  expect(emulator.forge.listProcesses(shop.server)).toMatchObject([
    { name: 'queue', siteId: Number(shop.site.id), startsecs: 1, stopwaitsecs: 15, stopsignal: 'SIGTERM' },
  ]);
});

test('a name is taken once on a server', async () => {
  await call('POST', base, { body: worker });
  const again = await call('POST', base, { body: { ...worker, command: 'other' } });
  expect([again.status, again.body]).toEqual([
    422,
    {
      message: 'The name has already been taken.',
      errors: { name: ['The name has already been taken.'] },
    },
  ]);
});

test('pages go by cursor, with an empty list for links on the last', async () => {
  for (let number = 1; number <= 5; number++) {
    emulator.forge.addProcess(shop.server, { command: `run ${number}` });
  }
  const pages: Reply[] = [];
  let cursor: unknown = '';
  while (typeof cursor === 'string') {
    const from = cursor === '' ? '' : `&page[cursor]=${cursor}`;
    const page = await call('GET', `${base}?page[size]=2${from}`);
    pages.push(page);
    cursor = at(page.body, 'meta', 'next_cursor');
  }
  expect(pages.map(({ body }) => [at(body, 'data')].flat().length)).toEqual([2, 2, 1]);
  expect(pages.map(({ body }) => Object.keys(Object(body['links'])))).toEqual([['next'], ['next'], []]);
  expect(pages.at(-1)?.body['links']).toEqual([]);
  expect(cursor).toBeNull();
});

test('thirty are on a page unless told', async () => {
  for (let number = 1; number <= 31; number++) {
    emulator.forge.addProcess(shop.server, { command: `run ${number}` });
  }
  expect(at((await call('GET', base)).body, 'data')).toHaveLength(30);
});

test('processes are filtered by user, site and directory, and sorted by user', async () => {
  const { server, site } = shop;
  emulator.forge.addProcess(server, { command: 'a', user: 'forge', siteId: Number(site.id) });
  emulator.forge.addProcess(server, { command: 'b', user: 'root', directory: '/srv' });
  emulator.forge.addProcess(server, { command: 'c', user: 'alice' });
  const commands = async (query: string) =>
    [at((await call('GET', `${base}?${query}`)).body, 'data')]
      .flat()
      .map((each) => at(each, 'attributes', 'command'));
  expect(await commands('filter[user]=root')).toEqual(['b']);
  expect(await commands(`filter[site_id]=${site.id}`)).toEqual(['a']);
  expect(await commands('filter[directory]=/srv')).toEqual(['b']);
  expect(await commands('sort=user')).toEqual(['c', 'a', 'b']);
  expect(await commands('sort=-user')).toEqual(['b', 'a', 'c']);
});

test('actions, changes and deletions are accepted with an empty page', async () => {
  const { id } = emulator.forge.addProcess(shop.server, { command: 'a', log: 'noise' });
  const log = await call('GET', `${base}/${id}/log`);
  expect(at(log.body, 'data', 'attributes', 'content')).toBe('noise');
  for (const [method, path, body] of [
    ['POST', `${base}/${id}/actions`, { action: 'restart' }],
    ['POST', `${base}/${id}/actions`, { action: 'empty-log' }],
    ['PUT', `${base}/${id}`, { name: 'renamed', config: '[program:x]' }],
    ['DELETE', `${base}/${id}`, undefined],
  ] as const) {
    const reply = await call(method, path, { body });
    expect([reply.status, reply.text, reply.headers.get('content-type')]).toEqual([
      202,
      '',
      'text/html; charset=UTF-8',
    ]);
  }
  expect((await call('GET', `${base}/${id}`)).status).toBe(404);
});

test('a restart shows in the status for a while', async () => {
  const { id, actions } = emulator.forge.addProcess(shop.server, { command: 'a' });
  await call('POST', `${base}/${id}/actions`, { body: { action: 'restart' } });
  const seen = [];
  for (let look = 0; look < 3; look++) seen.push(...statuses(await call('GET', `${base}/${id}`)));
  expect(seen).toEqual(['restarting', 'starting', 'running']);
  expect(actions).toEqual(['restart']);
});

test('the older words end at installed', async () => {
  emulator.forge.options.statusWords = 'installed';
  const made = await call('POST', base, { body: worker });
  const looked = await call('GET', `${base}/${at(made.body, 'data', 'id')}`);
  expect([...statuses(made), ...statuses(looked)]).toEqual(['installing', 'installed']);
});

test('an action while installing is a 500, if told so', async () => {
  emulator.forge.options.actionFailsWhileInstalling = true;
  const { id } = emulator.forge.addProcess(shop.server, { command: 'a', script: ['installing', 'running'] });
  const path = `${base}/${id}/actions`;
  expect((await call('POST', path, { body: { action: 'restart' } })).status).toBe(500);
  await call('GET', base);
  await call('GET', base);
  expect((await call('POST', path, { body: { action: 'restart' } })).status).toBe(202);
});

test('a deleted process stays listed as removing for a while, if told so', async () => {
  emulator.forge.options.removalLooks = 2;
  const { id } = emulator.forge.addProcess(shop.server, { command: 'a' });
  await call('DELETE', `${base}/${id}`);
  expect(statuses(await call('GET', base))).toEqual(['removing']);
  expect(statuses(await call('GET', base))).toEqual(['removing']);
  expect(statuses(await call('GET', base))).toEqual([]);
});

test('a deleted process stays listed for a time, if told so', async () => {
  emulator.forge.options.removalMs = 4_000;
  const { id } = emulator.forge.addProcess(shop.server, { command: 'a', name: 'queue' });
  await call('DELETE', `${base}/${id}`);
  now += 3_999;
  expect(statuses(await call('GET', base))).toEqual(['removing']);
  expect((await call('POST', base, { body: worker })).status).toBe(422);
  now += 1;
  expect((await call('POST', base, { body: worker })).status).toBe(202);
  expect(statuses(await call('GET', base))).toHaveLength(1);
});

test('the list can lie behind creations and removals', async () => {
  emulator.forge.options.listLag = 2_000;
  const { id } = emulator.forge.addProcess(shop.server, { command: 'a' });
  const made = await call('POST', base, { body: worker });
  await call('DELETE', `${base}/${id}`);
  const ids = async () => [at((await call('GET', base)).body, 'data')].flat().map((each) => at(each, 'id'));
  expect(await ids()).toEqual([id]);
  now += 2_000;
  expect(await ids()).toEqual([at(made.body, 'data', 'id')]);
});

test('a process can come up and go down for ever', async () => {
  emulator.forge.options.flapping = ['backoff', 'running'];
  const made = await call('POST', base, { body: worker });
  const seen = [];
  for (let look = 0; look < 6; look++) {
    seen.push(...statuses(await call('GET', `${base}/${at(made.body, 'data', 'id')}`)));
  }
  expect(seen).toEqual(['starting', 'running', 'backoff', 'running', 'backoff', 'running']);
});

test('a new name alone can be a 500, as has been seen', async () => {
  emulator.forge.options.renameFails = true;
  const { id } = emulator.forge.addProcess(shop.server, { command: 'a' });
  expect((await call('PUT', `${base}/${id}`, { body: { name: 'x' } })).status).toBe(500);
  expect((await call('PUT', `${base}/${id}`, { body: { name: 'x', config: '[program:x]' } })).status).toBe(
    202,
  );
});

test('a scope that is missing is a 403', async () => {
  emulator.forge.options.scopes = ['server:view'];
  expect((await call('GET', base)).status).toBe(200);
  const refused = await call('POST', base, { body: worker });
  expect([refused.status, refused.body]).toEqual([403, { message: 'Invalid scope(s) provided.' }]);
});

test.each([
  ['absolute', '1790845260'],
  ['relative', '60'],
] as const)('the limit of a minute is kept, with an %s reset', async (reset, expected) => {
  Object.assign(emulator.forge.options.rateLimit, { general: 2, resetOn: 'every answer', reset });
  await call('GET', base);
  const second = await call('GET', base);
  expect(second.headers.get('x-ratelimit-remaining')).toBe('0');
  expect(second.headers.get('x-ratelimit-reset')).toBe(expected);
  const third = await call('GET', base);
  expect([third.status, third.body]).toEqual([429, { message: 'Too Many Attempts.' }]);
  now += 60_000;
  expect((await call('GET', base)).status).toBe(200);
});

test('servers and sites are found by a part of their name', async () => {
  emulator.forge.addServer('acme', { name: 'web-10' });
  expect(at((await call('GET', '/orgs/acme/servers?filter[name]=web-1')).body, 'data')).toHaveLength(2);
  const sites = await call('GET', `/orgs/acme/servers/${shop.server.id}/sites?filter[name]=shop`);
  expect(at(sites.body, 'data', 0, 'id')).toBe(shop.site.id);
  expect((await call('GET', `/orgs/acme/servers/${shop.server.id}`)).status).toBe(200);
  expect((await call('GET', '/orgs/other/servers')).status).toBe(404);
});

test('a field that nobody knows is overlooked', async () => {
  const made = await call('POST', base, { body: { ...worker, processes: '2', status: 'fatal' } });
  expect(at(made.body, 'data', 'attributes')).toMatchObject({ status: 'installing', processes: 2 });
  expect(emulator.requests[0]?.violations).toHaveLength(2);
});

test.each([
  ['a page too large', 'GET', '?page[size]=31', undefined],
  ['an unknown sort', 'GET', '?sort=command', undefined],
  ['no processes', 'POST', '', { ...worker, processes: 0 }],
  ['no name', 'POST', '', { ...worker, name: undefined }],
])('%s is a 422', async (_name, method, suffix, body) => {
  expect((await call(method, `${base}${suffix}`, { body })).status).toBe(422);
});
