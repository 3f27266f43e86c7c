import { describe, expect, test } from 'vitest';
import { forgeHints } from '../../src/forge/service.ts';
import type { ForgeDeclaration } from '../../src/forge/spec.ts';
import { type ForgeTargetName, findServers, findTarget } from '../../src/forge/target.ts';
import type { DeclaredPlace } from '../../src/manifest/read.ts';
import { failureOf, json, scriptedClient } from '../support/test-client.ts';
import { scripted } from './client.ts';

interface Named {
  readonly id: string;
  readonly name: string;
}

/** Servers or sites of these names; the ids count up from the first. */
const called = (first: number, ...names: readonly string[]): Named[] =>
  names.map((name, index) => ({ id: String(first + index), name }));

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
  const { client, calls } = forge(called(1, '1-web-10', '1-web-1'));
  expect(await findTarget(client, wanted({ server: '1-web-1' }))).toMatchObject({ server: { id: '2' } });
  expect(calls).toEqual(['GET /orgs/acme/servers?filter[name]=1-web-1&page[size]=30']);
});

test('a name that nothing has is an error that lists what there is', async () => {
  const { client, calls } = forge(called(1, 'web-1', 'worker-1'));
  await expect(findTarget(client, wanted({ server: 'web' }))).rejects.toThrow(
    'No server in the organization acme is named "web": there are web-1 (1), worker-1 (2). Did you mean "web-1"? Set server: web-1.',
  );
  expect(calls).toHaveLength(2);
});

test('a name that two have is an error that tells their ids', async () => {
  const { client, calls } = forge([], called(7, 'shop.example', 'shop.example'));
  await expect(findTarget(client, wanted({ site: 'shop.example' }))).rejects.toThrow(
    /2 sites on the server 31 are named "shop\.example": they are shop\.example \(7\), shop\.example \(8\)\. Set site to the id of the one you mean/,
  );
  expect(calls).toHaveLength(1);
});

test('resources of another type are neither servers nor sites', async () => {
  const { client } = scripted(({ url }) => {
    const [type, name] = url.pathname.endsWith('/sites') ? ['sites', 'shop.example'] : ['servers', 'web-1'];
    const attributes = { name };
    return { data: ['tags', type].map((each, id) => ({ id, type: each, attributes })), links: [] };
  });
  expect(await findTarget(client, wanted({ server: 'web-1', site: 'shop.example' }))).toMatchObject({
    server: { id: '1' },
    siteId: '1',
  });
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

const at = (line: number) => ({ file: 'm.yml', line, column: 3 });

function declared(
  name: string,
  line: number,
  ...processes: readonly Partial<ForgeDeclaration>[]
): DeclaredPlace<ForgeDeclaration> {
  return {
    name,
    place: at(line),
    processes: processes.map((given, index) => ({
      place: at(line + 1 + index),
      spec: {
        ...{ name: undefined, command: 'php8.4 artisan horizon', user: 'forge', directory: undefined },
        ...{ site: undefined, processes: undefined, startsecs: undefined, stopwaitsecs: undefined },
        stopsignal: undefined,
        ...given,
      },
    })),
  };
}

describe('The servers of a manifest', () => {
  const open = () => forge(called(2, 'web-1', 'web-2'), called(7, 'shop.example'));

  test('are taken as they are where all are ids, as sites are', async () => {
    const { client, calls } = open();
    const onSite = [{ site: '7' }, { site: '7', command: 'b' }];
    const found = await findServers(client, 'acme', [declared('2', 1, ...onSite), declared('99', 4)]);
    expect(found).toMatchObject([
      {
        ...{ id: '2', name: '2' },
        declared: [{ siteId: '7', name: expect.stringMatching(/^horizon-/) }, { siteId: '7' }],
      },
      { id: '99', name: '99', declared: [] },
    ]);
    expect(calls).toEqual([]);
  });

  test('are one list for all names, and one of sites for each server that needs it', async () => {
    const { client, calls } = open();
    const found = await findServers(client, 'acme', [
      declared('web-2', 1, { command: 'a' }),
      declared('2', 3, { site: 'shop.example' }, { site: 'shop.example', command: 'b' }, { command: 'c' }),
    ]);
    expect(found).toMatchObject([
      { id: '3', name: 'web-2', declared: [{ siteId: undefined }] },
      { id: '2', name: 'web-1', declared: [{ siteId: '7' }, { siteId: '7' }, { siteId: undefined }] },
    ]);
    expect([...(found[1]?.locations.values() ?? [])]).toEqual([at(4), at(5), at(6)]);
    expect(calls).toEqual([
      'GET /orgs/acme/servers?page[size]=30',
      'GET /orgs/acme/servers/2/sites?page[size]=30',
    ]);
  });

  test('that are not there, or twice, are all told, each with its place', async () => {
    const { client } = open();
    const named = [declared('web-1', 1), declared('wbe-2', 2), declared('2', 3)];
    const failure = await findServers(client, 'acme', named).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      what: '2 problems with the servers of the manifest',
      annotations: [{ place: at(2) }, { place: at(3) }],
    });
    expect(String(failure)).toContain('No server in the organization acme is named "wbe-2" (m.yml:2:3)');
    expect(String(failure)).toContain('Did you mean "web-2"?');
    expect(String(failure)).toContain('is the same server as "web-1" (m.yml:1:3): both are 2');
  });

  test('whose sites are not there, or make one process of two, are told, too', async () => {
    const { client } = open();
    const named = [declared('web-1', 1, { site: 'shop.exmaple' }, { site: '7' }, { site: 'shop.example' })];
    const failure = await findServers(client, 'acme', named).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      what: '2 problems with the processes of the manifest',
      annotations: [{ place: at(2) }, { place: at(4) }],
    });
    expect(String(failure)).toContain('No site on the server web-1 is named "shop.exmaple" (m.yml:2:3)');
    expect(String(failure)).toMatch(
      /The process "php8.4 artisan horizon" of user forge.* is declared already, at m.yml:3:3. Raise its processes instead/,
    );
  });
});
