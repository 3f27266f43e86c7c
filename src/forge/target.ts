import { keyOf } from '../converge/compare.ts';
import { Failure, type Location, locationText } from '../failure.ts';
import { type HttpCall, type HttpClient, path } from '../http/client.ts';
import { attributesOf, Text } from '../http/json-api.ts';
import type { DeclaredPlace } from '../manifest/read.ts';
import { atPlace, collecting, findByName, idAndName, NotThere, pick, pickAll } from '../names.ts';
import { identityOf, specFrom } from './compare.ts';
import { needsScope } from './service.ts';
import { ListedServer, ListedSite, listAll } from './shapes.ts';
import { describe, type ForgeDeclaration, type ForgeSpec } from './spec.ts';

/** A Forge server and, if the step names one, a site of this server. */
export interface ForgeTarget {
  readonly organization: string;
  /** `name`: its id if the workflow names the server by its id. */
  readonly server: NamedThing;
  readonly siteId?: string | undefined;
}

export interface ForgeTargetName {
  readonly organization: string;
  /** A server's id or exact name. */
  readonly server: string;
  /** A site's id or exact name. */
  readonly site: string | undefined;
}

/** Finds the server and the site by their names. Sends no request for ids. */
export async function findTarget(
  client: HttpClient,
  { organization, server: wanted, site }: ForgeTargetName,
): Promise<ForgeTarget> {
  const server = await findNamed(client, serversOf(organization), wanted);
  const found = site === undefined ? undefined : await findNamed(client, sitesOf(organization, server), site);
  return { organization, server, siteId: found?.id };
}

/** Returns the hint for a 404 of a request about a server. */
export function noServer(organization: string, server: string): string {
  return `Check organization (${organization}, the slug in the address of its pages) and server (${server}): there is no such server that the token can see`;
}

/** True for a text that is an id. Any other text is a name. */
function isNumber(text: string): boolean {
  return /^[1-9]\d{0,14}$/.test(text);
}

interface NamedThing {
  readonly id: string;
  readonly name: string;
}

/** The servers of an organization, or the sites of a server. */
interface Catalog {
  readonly kind: 'server' | 'site';
  readonly resource: typeof ListedServer;
  readonly where: string;
  readonly call: HttpCall;
}

function serversOf(organization: string): Catalog {
  return {
    kind: 'server',
    resource: ListedServer,
    where: `in the organization ${organization}`,
    call: {
      method: 'GET',
      path: path`/orgs/${organization}/servers`,
      what: `Listing the servers of ${organization}`,
      forbidden: needsScope('server:view'),
      notFound: `Check organization: it must be the organization’s slug, as in the address of its pages in Forge, and not ${organization} if that is its name`,
    },
  };
}

function sitesOf(organization: string, server: NamedThing): Catalog {
  return {
    kind: 'site',
    resource: ListedSite,
    where: `on the server ${server.name}`,
    call: {
      method: 'GET',
      path: path`/orgs/${organization}/servers/${server.id}/sites`,
      what: `Listing the sites of server ${server.name}`,
      forbidden: needsScope('server:view'),
      notFound: noServer(organization, server.name),
    },
  };
}

/** Lists a catalog. A resource whose name is not reported has its id as its name. */
async function listNamed(
  client: HttpClient,
  { resource, call }: Pick<Catalog, 'resource' | 'call'>,
): Promise<readonly NamedThing[]> {
  const { items } = await listAll(client, call, resource);
  return items.map((item) => ({ id: item.id, name: attributesOf(item)('name', Text) ?? item.id }));
}

/** Finds a resource by its exact name: in the filtered list, or, if that lacks it, in the whole list. */
async function findNamed(client: HttpClient, catalog: Catalog, wanted: string): Promise<NamedThing> {
  if (isNumber(wanted)) return { id: wanted, name: wanted };
  const { kind, where, call } = catalog;
  const find = (among: readonly NamedThing[]) => findByName({ kind, where, wanted, among, kinds: idAndName });
  const filtered = { ...call, query: { 'filter[name]': wanted } };
  const among = await listNamed(client, { ...catalog, call: filtered });
  try {
    return find(among);
  } catch (error) {
    if (!(error instanceof NotThere)) throw error;
    return find(await listNamed(client, catalog));
  }
}

export interface FoundServer {
  readonly id: string;
  /** The name of the server, or its id if the manifest has the id. */
  readonly name: string;
  readonly declared: readonly ForgeSpec[];
  /** The place of each declaration in the manifest. */
  readonly locations: ReadonlyMap<ForgeSpec, Location>;
}

/** Finds the servers and sites of a manifest. Throws one `Failure` for all wrong servers, or for all wrong sites. */
export async function findServers(
  client: HttpClient,
  organization: string,
  named: readonly DeclaredPlace<ForgeDeclaration>[],
): Promise<readonly FoundServer[]> {
  const names = named.map(({ name }) => name);
  const servers = pickAll(named, await searchFor(client, serversOf(organization), names));
  const all = await Promise.all(
    servers.map(async ([server, { processes }]) => {
      const sites = processes.flatMap(({ spec }) => spec.site ?? []);
      const search = await searchFor(client, sitesOf(organization, server), sites);
      return processes.map((process) => ({ server, search, ...process }));
    }),
  );
  const places = new Map<string, Location>();
  const found = collecting('processes of the manifest', all.flat(), ({ server, search, spec, place }) => {
    const site = spec.site === undefined ? undefined : pick({ name: spec.site, place }, search);
    const declared = specFrom(spec, site?.id);
    refuseTwice(server, declared, place, places);
    return { server, declared, place };
  });
  return servers.map(([server]) => {
    const own = found.filter((process) => process.server === server);
    return {
      ...server,
      declared: own.map(({ declared }) => declared),
      locations: new Map(own.map(({ declared, place }) => [declared, place])),
    };
  });
}

/** Returns the search among the resources of a catalog. Sends no request if all names are ids. */
async function searchFor(client: HttpClient, catalog: Catalog, names: readonly string[]) {
  const { kind, where } = catalog;
  const among = names.every(isNumber)
    ? [...new Set(names)].map((name) => ({ id: name, name }))
    : await listNamed(client, catalog);
  return { kind, where, among, kinds: idAndName };
}

/** Throws a `Failure` for a second declaration of a process, which may name the site by its id in place of its name. */
function refuseTwice(
  server: NamedThing,
  spec: ForgeSpec,
  place: Location,
  places: Map<string, Location>,
): void {
  const key = `${server.id} ${keyOf(identityOf(spec))}`;
  const before = places.get(key);
  if (before !== undefined) {
    const twice = new Failure({
      what: `The ${describe(spec)}`,
      why: `it is declared already, at ${locationText(before)}`,
      fix: 'Raise its processes instead',
    });
    throw atPlace(twice, place);
  }
  places.set(key, place);
}
