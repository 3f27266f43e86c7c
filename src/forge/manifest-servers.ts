import { Failure, type Place, placeText } from '../failure.ts';
import type { HttpClient } from '../http/client.ts';
import { atPlace, collecting, type Named, pick, pickAll } from '../names/pick-all.ts';
import { keyOf } from '../processes/candidates.ts';
import { identityOf, specFrom } from './identity.ts';
import { describe, type ForgeDeclaration, type ForgeSpec } from './spec.ts';
import { isId, listServers, listSites, type NamedThing } from './target.ts';

/** A server as a manifest names it, with what it should run. */
export interface DeclaredServer extends Named {
  readonly processes: readonly DeclaredProcess[];
}

interface DeclaredProcess {
  readonly spec: ForgeDeclaration;
  readonly place: Place;
}

/** A server, and what it should run there. */
export interface FoundServer {
  readonly id: string;
  /** Its name, or its id where the manifest names it so. */
  readonly name: string;
  readonly declared: readonly ForgeSpec[];
}

/** Finds the servers and sites that a manifest names. Throws one failure about all that are wrong. */
export async function findServers(
  client: HttpClient,
  organization: string,
  named: readonly DeclaredServer[],
): Promise<readonly FoundServer[]> {
  const servers = pickAll(named, {
    kind: 'server',
    where: `in the organization ${organization}`,
    among: named.every(({ name }) => isId(name))
      ? named.map(({ name }) => ({ id: name, name }))
      : await listServers(client, organization),
    namesOf: ({ name }) => [name],
  });
  const found = await Promise.all(
    servers.map(async (server, index) => {
      const processes = named[index]?.processes ?? [];
      const sites = processes.flatMap(({ spec }) => spec.site ?? []);
      const among = sites.every(isId) ? undefined : await listSites(client, organization, server);
      return { server, processes, among };
    }),
  );
  const all = found.flatMap(({ server, processes, among }) => {
    const places = new Map<string, Place>();
    return processes.map((process) => ({ server, among, places, ...process }));
  });
  const specs = collecting('processes of the manifest', all, ({ spec, place, server, among, places }) => {
    const declared = specFrom(spec, siteOf(spec, place, server, among));
    refuseTwice(declared, place, places);
    return { server, declared };
  });
  return servers.map((server) => ({
    ...server,
    declared: specs.filter((spec) => spec.server === server).map(({ declared }) => declared),
  }));
}

/** The id of a declaration's site. */
function siteOf(
  { site }: ForgeDeclaration,
  place: Place,
  server: NamedThing,
  among: readonly NamedThing[] | undefined,
): string | undefined {
  if (site === undefined || among === undefined) return site;
  const where = `on the server ${server.name}`;
  return pick({ name: site, place }, { kind: 'site', where, among, namesOf: ({ name }) => [name] }).id;
}

/** A site's name and its id are one site, which the manifest alone does not tell. */
function refuseTwice(spec: ForgeSpec, place: Place, places: Map<string, Place>): void {
  const key = keyOf(identityOf(spec));
  const before = places.get(key);
  if (before !== undefined) {
    const twice = new Failure({
      what: `The ${describe(spec)}`,
      why: `it is declared already, at ${placeText(before)}`,
      fix: 'Raise its processes instead',
    });
    throw atPlace(twice, place);
  }
  places.set(key, place);
}
