import { expect, test } from 'vitest';
import { forgeHints } from '../../src/forge/service.ts';
import { type ForgeTargetName, findTarget } from '../../src/forge/target.ts';
import { json } from '../support/fake-transport.ts';
import { failureOf, scriptedClient } from '../support/test-client.ts';
import { scripted } from './client.ts';

interface Named {
  readonly id: string;
  readonly name: string;
}

/** Filters by parts of names, as Forge may. */
function forge(servers: readonly Named[], sites: readonly Named[] = []) {
  return scripted(({ url }) => {
    const part = url.searchParams.get('filter[name]') ?? '';
    const all = url.pathname.endsWith('/sites') ? sites : servers;
    const found = all.filter(({ name }) => name.includes(part));
    return { data: found.map(({ id, name }) => ({ id, attributes: { name } })), links: [], meta: {} };
  });
}

const wanted = (given: Partial<ForgeTargetName>): ForgeTargetName => ({
  organization: 'acme',
  server: '31',
  site: undefined,
  ...given,
});

test('ids are taken as they are, without a look', async () => {
  const { client, calls } = forge([]);
  expect(await findTarget(client, wanted({ site: '7' }))).toEqual({
    organization: 'acme',
    server: { id: '31', name: '31' },
    siteId: '7',
  });
  expect(calls).toEqual([]);
});

test('of names that hold the wanted one only the exact one counts', async () => {
  const servers = [
    { id: '1', name: '1-web-10' },
    { id: '2', name: '1-web-1' },
  ];
  const { client, calls } = forge(servers);
  expect(await findTarget(client, wanted({ server: '1-web-1' }))).toMatchObject({ server: { id: '2' } });
  expect(calls).toEqual(['GET /orgs/acme/servers?filter[name]=1-web-1&page[size]=30']);
});

test('a site is looked up on its server', async () => {
  const sites = [
    { id: '8', name: 'shop.example.org' },
    { id: '7', name: 'shop.example' },
  ];
  const { client, calls } = forge([{ id: '2', name: 'web-1' }], sites);
  const target = await findTarget(client, wanted({ server: 'web-1', site: 'shop.example' }));
  expect(target).toEqual({ organization: 'acme', server: { id: '2', name: 'web-1' }, siteId: '7' });
  expect(calls[1]).toBe('GET /orgs/acme/servers/2/sites?filter[name]=shop.example&page[size]=30');
});

test('a name that nothing has is an error that lists what there is', async () => {
  const { client, calls } = forge([
    { id: '1', name: 'web-1' },
    { id: '2', name: 'worker-1' },
  ]);
  await expect(findTarget(client, wanted({ server: 'web' }))).rejects.toThrow(
    'No server in the organization acme is named "web": there are web-1 (1), worker-1 (2). Did you mean "web-1"? Set server: web-1.',
  );
  expect(calls).toHaveLength(2);
});

test('a name that two have is an error that tells their ids', async () => {
  const { client, calls } = forge(
    [],
    [
      { id: '7', name: 'shop.example' },
      { id: '8', name: 'shop.example' },
    ],
  );
  await expect(findTarget(client, wanted({ site: 'shop.example' }))).rejects.toThrow(
    /2 sites on the server 31 are named "shop\.example": they are shop\.example \(7\), shop\.example \(8\)\. Set site to the id of the one you mean/,
  );
  expect(calls).toHaveLength(1);
});

test('a name that the filter cannot find is found in the whole list', async () => {
  const { client } = scripted(({ url }) => ({
    data: url.searchParams.has('filter[name]') ? [] : [{ id: 5, attributes: { name: 'a,b' } }],
  }));
  expect(await findTarget(client, wanted({ server: 'a,b' }))).toMatchObject({ server: { id: '5' } });
});

test.each([
  ['web-1', 401, 'Listing the servers of acme: Laravel Forge answered 401', 'The token is not valid'],
  ['web-1', 403, 'Listing the servers of acme', 'scope server:view'],
  ['web-1', 404, 'Listing the servers of acme', 'Check organization: it must be the organization’s slug'],
  ['web-1', 429, 'Laravel Forge asks to wait 10 minutes', 'Forge counts the requests'],
  ['31', 403, 'Listing the sites of server 31', 'scope server:view'],
])(
  'a look for a site on the server %s that is answered with %i says what to check',
  async (server, status, what, fix) => {
    const { client, clock } = scriptedClient([json(status, {}, { 'retry-after': '600' })], {
      hints: forgeHints,
    });
    const failure = await clock.run(failureOf(findTarget(client, wanted({ server, site: 'shop.example' }))));
    expect(failure).toHaveProperty('message', expect.stringContaining(what));
    expect(failure).toHaveProperty('fix', expect.stringContaining(fix));
  },
);
