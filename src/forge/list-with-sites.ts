import type { Listing } from '../processes/listing.ts';
import type { PlacedProcess } from './process.ts';
import type { ProcessFilter } from './process-store.ts';
import type { ForgeSpec } from './spec.ts';
import { isLeaving } from './status.ts';

/**
 * What a server runs, each process with its site where a declaration names that: Forge tells it only by listing what
 * belongs to a site. What is being removed is left out.
 */
export async function listWithSites(
  declared: readonly ForgeSpec[],
  list: (filter: ProcessFilter) => Promise<Listing<PlacedProcess>>,
): Promise<Listing<PlacedProcess>> {
  const sites = [...new Set(declared.flatMap(({ siteId }) => siteId ?? []))];
  const [all, ...ofSites] = await Promise.all([
    list({}),
    ...sites.map(async (siteId) => ({ siteId, listing: await list({ siteId }) })),
  ]);
  const siteOf = new Map(
    ofSites.flatMap(({ siteId, listing }) => listing.processes.map(({ id }) => [id, siteId] as const)),
  );
  const processes = all.processes
    .filter((process) => !isLeaving(process))
    .map((process) => {
      const siteId = siteOf.get(process.id);
      return siteId === undefined ? process : { ...process, siteId };
    });
  const pages = Math.max(all.pages, ...ofSites.map(({ listing }) => listing.pages));
  return { ...all, processes, pages };
}
