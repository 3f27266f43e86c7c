import { describe, expect, test } from 'vitest';
import type { ForgeDeclaration } from '../../src/forge/spec.ts';
import { findServers } from '../../src/forge/target.ts';
import type { DeclaredPlace } from '../../src/manifest/read.ts';
import { scripted } from './client.ts';

const servers = [
  { id: '2', name: 'web-1' },
  { id: '3', name: 'web-2' },
];
const sites = [{ id: '7', name: 'shop.example' }];

function forge() {
  return scripted(({ url }) => {
    const all = url.pathname.endsWith('/sites') ? sites : servers;
    return { data: all.map(({ id, name }) => ({ id, attributes: { name } })), links: [], meta: {} };
  });
}

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
        name: undefined,
        command: 'php8.4 artisan horizon',
        user: 'forge',
        directory: undefined,
        site: undefined,
        processes: undefined,
        startsecs: undefined,
        stopwaitsecs: undefined,
        stopsignal: undefined,
        ...given,
      },
    })),
  };
}

describe('The servers of a manifest', () => {
  test('are taken as they are where all are ids, as sites are', async () => {
    const { client, calls } = forge();
    const found = await findServers(client, 'acme', [declared('2', 1, { site: '7' }), declared('99', 4)]);
    expect(found).toMatchObject([
      { id: '2', name: '2', declared: [{ siteId: '7', name: expect.stringMatching(/^horizon-/) }] },
      { id: '99', name: '99', declared: [] },
    ]);
    expect(calls).toEqual([]);
  });

  test('are one list for all names, and one of sites for each server that needs it', async () => {
    const { client, calls } = forge();
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
    const { client } = forge();
    const named = [declared('web-1', 1), declared('wbe-2', 2), declared('2', 3)];
    const failure = await findServers(client, 'acme', named).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      what: '2 problems with the servers of the manifest',
      annotations: [{ place: at(2) }, { place: at(3) }],
    });
    expect(String(failure)).toContain('No server in the organization acme is named "wbe-2" (m.yml:2:3)');
    expect(String(failure)).toContain('Did you mean "web-2"?');
    expect(String(failure)).toContain('it is the same server as "web-1" (m.yml:1:3): both are 2');
  });

  test('whose sites are not there, or make one process of two, are told, too', async () => {
    const { client } = forge();
    const named = [declared('web-1', 1, { site: 'shop.exmaple' }, { site: '7' }, { site: 'shop.example' })];
    const failure = await findServers(client, 'acme', named).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      what: '2 problems with the processes of the manifest',
      annotations: [{ place: at(2) }, { place: at(4) }],
    });
    expect(String(failure)).toContain('No site on the server web-1 is named "shop.exmaple" (m.yml:2:3)');
    expect(String(failure)).toMatch(
      /The process "php8.4 artisan horizon" of user forge.*: it is declared already, at m.yml:3:3. Raise its processes instead/,
    );
  });
});
