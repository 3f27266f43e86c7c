import type { HttpCall, HttpClient } from '../http/client.ts';
import { path } from '../http/path.ts';
import { findByName, NotThere } from '../names/find-by-name.ts';
import { needsScope } from './hints.ts';
import { listAll } from './pages.ts';
import { NamedResource } from './resources.ts';

/** A Forge server, and what of it a step is about. */
export interface ForgeTarget {
  /** The organization's slug. */
  readonly organization: string;
  readonly serverId: string;
  /** Its name, or its id where it was given as that. */
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

/** Finds the server and the site. What is given as an id is taken as it is. */
export async function findTarget(client: HttpClient, name: ForgeTargetName): Promise<ForgeTarget> {
  const { organization } = name;
  const server = isId(name.server)
    ? { id: name.server, name: name.server }
    : await findServer(client, organization, name.server);
  const siteId =
    name.site === undefined || isId(name.site)
      ? name.site
      : await findSite(client, organization, server, name.site);
  return { organization, serverId: server.id, serverName: server.name, siteId };
}

/** What to do about a 404 of a call that concerns a server. */
export function noServer(organization: string, server: string): string {
  return `Check organization (${organization}, the slug in the address of its pages) and server (${server}): there is no such server that the token can see`;
}

/** Is it an id? Anything else is a name. */
export function isId(text: string): boolean {
  return /^[1-9]\d{0,14}$/.test(text);
}

/** A server or a site. */
export interface NamedThing {
  readonly id: string;
  readonly name: string;
}

/** All servers of an organization. */
export async function listServers(client: HttpClient, organization: string): Promise<readonly NamedThing[]> {
  return (await listAll(client, serversCall(organization), NamedResource)).items.map(thingFrom);
}

/** All sites of a server. */
export async function listSites(
  client: HttpClient,
  organization: string,
  server: NamedThing,
): Promise<readonly NamedThing[]> {
  return (await listAll(client, sitesCall(organization, server), NamedResource)).items.map(thingFrom);
}

async function findServer(client: HttpClient, organization: string, wanted: string): Promise<NamedThing> {
  const where = `in the organization ${organization}`;
  return await lookUp(client, serversCall(organization), { kind: 'server', where, wanted });
}

async function findSite(
  client: HttpClient,
  organization: string,
  server: NamedThing,
  wanted: string,
): Promise<string> {
  const where = `on the server ${server.name}`;
  return (await lookUp(client, sitesCall(organization, server), { kind: 'site', where, wanted })).id;
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

interface Wanted {
  readonly kind: string;
  readonly where: string;
  readonly wanted: string;
}

/** The API's filter may match parts of names, or take a comma for two: it only narrows, the whole list decides. */
async function lookUp(client: HttpClient, call: HttpCall, wanted: Wanted): Promise<NamedThing> {
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
