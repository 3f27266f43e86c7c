import { keyOf } from '../converge/identity.ts';
import { Failure, type Location, locationText } from '../failure.ts';
import { type HttpCall, type HttpClient, path } from '../http/client.ts';
import { atPlace, collecting, findByName, type Named, NotThere, pick, pickAll } from '../names.ts';
import { identityOf, specFrom } from './identity.ts';
import { listAll } from './lists.ts';
import { needsScope } from './service.ts';
import { NamedResource } from './shapes.ts';
import { describe, type ForgeDeclaration, type ForgeSpec } from './spec.ts';

/** A Forge server and, if the step names one, a site of this server. */
export interface ForgeTarget {
  readonly organization: string;
  readonly serverId: string;
  /** The name of the server, or its id if the input is an id. */
  readonly serverName: string;
  readonly siteId: string | undefined;
}

export interface ForgeTargetName {
  readonly organization: string;
  /** A server's id or exact name. */
  readonly server: string;
  /** A site's id or exact name. */
  readonly site: string | undefined;
}

/** Finds the server and the site by their names. Sends no request for ids. */
export async function findTarget(client: HttpClient, name: ForgeTargetName): Promise<ForgeTarget> {
  const { organization } = name;
  const server = isNumber(name.server)
    ? { id: name.server, name: name.server }
    : await findServer(client, organization, name.server);
  const siteId =
    name.site === undefined || isNumber(name.site)
      ? name.site
      : await findSite(client, organization, server, name.site);
  return { organization, serverId: server.id, serverName: server.name, siteId };
}

/** Returns the hint for a 404 of a request about a server. */
export function noServer(organization: string, server: string): string {
  return `Check organization (${organization}, the slug in the address of its pages) and server (${server}): there is no such server that the token can see`;
}

/** True for a text that is an id. Any other text is a name. */
function isNumber(text: string): boolean {
  return /^[1-9]\d{0,14}$/.test(text);
}

export interface NamedThing {
  readonly id: string;
  readonly name: string;
}

async function listServers(client: HttpClient, organization: string): Promise<readonly NamedThing[]> {
  return (await listAll(client, serversCall(organization), NamedResource)).items.map(thingFrom);
}

async function listSites(
  client: HttpClient,
  organization: string,
  server: NamedThing,
): Promise<readonly NamedThing[]> {
  return (await listAll(client, sitesCall(organization, server), NamedResource)).items.map(thingFrom);
}

async function findServer(client: HttpClient, organization: string, wanted: string): Promise<NamedThing> {
  const where = `in the organization ${organization}`;
  return await findNamed(client, serversCall(organization), { kind: 'server', where, wanted });
}

async function findSite(
  client: HttpClient,
  organization: string,
  server: NamedThing,
  wanted: string,
): Promise<string> {
  const where = `on the server ${server.name}`;
  return (await findNamed(client, sitesCall(organization, server), { kind: 'site', where, wanted })).id;
}

function serversCall(organization: string): HttpCall {
  return {
    method: 'GET',
    path: path`/orgs/${organization}/servers`,
    what: `Listing the servers of ${organization}`,
    forbidden: needsScope('server:view'),
    notFound: `Check organization: it must be the organization’s slug, as in the address of its pages in Forge, and not ${organization} if that is its name`,
  };
}

function sitesCall(organization: string, server: NamedThing): HttpCall {
  return {
    method: 'GET',
    path: path`/orgs/${organization}/servers/${server.id}/sites`,
    what: `Listing the sites of server ${server.name}`,
    forbidden: needsScope('server:view'),
    notFound: noServer(organization, server.name),
  };
}

function thingFrom({ id, attributes: { name } }: NamedResource): NamedThing {
  return { id, name };
}

interface NameQuery {
  readonly kind: string;
  readonly where: string;
  readonly wanted: string;
}

/**
 * Finds a resource by its exact name. The filter of the API may match parts of names; if the filtered list lacks the
 * name, the whole list decides.
 */
async function findNamed(client: HttpClient, call: HttpCall, wanted: NameQuery): Promise<NamedThing> {
  const pick = (among: readonly NamedResource[]): NamedThing =>
    findByName({ ...wanted, among: among.map(thingFrom), namesOf: ({ name }) => [name] });
  const { items: narrowed } = await listAll(
    client,
    { ...call, query: { 'filter[name]': wanted.wanted } },
    NamedResource,
  );
  try {
    return pick(narrowed);
  } catch (error) {
    if (!(error instanceof NotThere)) throw error;
    return pick((await listAll(client, call, NamedResource)).items);
  }
}

/** A server of a manifest, with its declared processes. */
export interface DeclaredServer extends Named {
  readonly processes: readonly DeclaredProcess[];
}

interface DeclaredProcess {
  readonly spec: ForgeDeclaration;
  readonly place: Location;
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
  named: readonly DeclaredServer[],
): Promise<readonly FoundServer[]> {
  const servers = pickAll(named, {
    kind: 'server',
    where: `in the organization ${organization}`,
    among: named.every(({ name }) => isNumber(name))
      ? named.map(({ name }) => ({ id: name, name }))
      : await listServers(client, organization),
    namesOf: ({ name }) => [name],
  });
  const found = await Promise.all(
    servers.map(async (server, index) => {
      const processes = named[index]?.processes ?? [];
      const sites = processes.flatMap(({ spec }) => spec.site ?? []);
      const among = sites.every(isNumber) ? undefined : await listSites(client, organization, server);
      return { server, processes, among };
    }),
  );
  const all = found.flatMap(({ server, processes, among }) => {
    const places = new Map<string, Location>();
    return processes.map((process) => ({ server, among, places, ...process }));
  });
  const specs = collecting('processes of the manifest', all, ({ spec, place, server, among, places }) => {
    const declared = specFrom(spec, siteOf(spec, place, server, among));
    refuseTwice(declared, place, places);
    return { server, declared, place };
  });
  return servers.map((server) => {
    const own = specs.filter((spec) => spec.server === server);
    return {
      ...server,
      declared: own.map(({ declared }) => declared),
      locations: new Map(own.map(({ declared, place }) => [declared, place])),
    };
  });
}

function siteOf(
  { site }: ForgeDeclaration,
  place: Location,
  server: NamedThing,
  among: readonly NamedThing[] | undefined,
): string | undefined {
  if (site === undefined || among === undefined) return site;
  const where = `on the server ${server.name}`;
  return pick({ name: site, place }, { kind: 'site', where, among, namesOf: ({ name }) => [name] }).id;
}

/** Throws a `Failure` for a second declaration of a process, which may name the site by its id in place of its name. */
function refuseTwice(spec: ForgeSpec, place: Location, places: Map<string, Location>): void {
  const key = keyOf(identityOf(spec));
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
