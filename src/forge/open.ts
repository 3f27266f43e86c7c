import type { Open } from '../converge/apply.ts';
import { ClaimedStore, SharedListing } from '../converge/claim.ts';
import type { Listing } from '../converge/listing.ts';
import type { Runtime } from '../converge/look.ts';
import type { Semaphore } from '../converge/pace.ts';
import type { Renamed, Store, World } from '../converge/service.ts';
import { otherName } from './compare.ts';
import type { ForgeProcess } from './process.ts';
import { replace } from './replace.ts';
import { forgeService } from './service.ts';
import type { ForgeSpec } from './spec.ts';

type ForgeWorld = World<ForgeSpec, ForgeProcess>;

/** Opens a server for one declared process. */
export function openServer(store: Store<ForgeSpec, ForgeProcess>, runtime: Runtime): ForgeWorld {
  return {
    service: forgeService,
    store,
    runtime,
    reconcile: async (spec, found, _, others) => await replace(spec, found, { store, runtime, others }),
  };
}

/** Opens a server for several operations at once. `first`: the list that the plan was made from. */
export function shareServer(
  storeOf: (siteId: string | undefined) => Store<ForgeSpec, ForgeProcess>,
  first: Listing<ForgeProcess>,
  semaphore: Semaphore,
  { clock, cancelled }: Pick<Runtime, 'clock' | 'cancelled'>,
): Open<ForgeSpec, ForgeProcess> {
  const shared = new Map<string | undefined, ReturnType<typeof share>>();
  const share = (siteId: string | undefined) => {
    const own = storeOf(siteId);
    const world = { semaphore, clock, cancelled };
    return { own, listings: new SharedListing(() => own.list(), ofSite(first, siteId), world) };
  };
  return (claim, runtime, spec) => {
    const siteId = spec?.siteId;
    const { own, listings } = shared.get(siteId) ?? share(siteId);
    shared.set(siteId, { own, listings });
    const store = new ClaimedStore(own, listings, claim);
    return { ...openServer(store, runtime), store, renamed };
  };
}

function renamed(spec: ForgeSpec): Renamed<ForgeSpec> {
  const name = otherName(spec.name, spec.command);
  return { spec: { ...spec, name }, otherName: name };
}

function ofSite(listing: Listing<ForgeProcess>, siteId: string | undefined): Listing<ForgeProcess> {
  if (siteId === undefined) return listing;
  const isThere = (process: ForgeProcess): boolean => process.siteId === siteId;
  return {
    ...listing,
    processes: listing.processes.filter(isThere),
    leaving: listing.leaving.filter(isThere),
  };
}
