import type { Maker } from '../converge/apply.ts';
import type { Claim } from '../converge/claim.ts';
import type { Sent } from '../converge/create-once.ts';
import type { Listing } from '../converge/listing.ts';
import { removeForSure } from '../converge/remove.ts';
import type { Limit } from '../converge/semaphore.ts';
import { SharedListing } from '../converge/shared-listing.ts';
import type { Timing } from '../time.ts';
import { type ForgeWorld, untilGone } from './create.ts';
import { ensure } from './ensure.ts';
import type { PlacedProcess } from './process.ts';
import type { ForgeSpec } from './spec.ts';
import type { ForgeStore } from './store.ts';

export interface ForgeMakerWorld extends Timing, Pick<ForgeWorld, 'store' | 'removalLimit'> {
  readonly limit: Limit;
}

type Listings = SharedListing<Listing<PlacedProcess>>;

/** Makes, replaces and removes the processes of one Forge server. `first` is what was listed for the plan. */
export function forgeMaker(
  first: Listing<PlacedProcess>,
  { store, removalLimit, limit, ...timing }: ForgeMakerWorld,
): Maker<ForgeSpec, PlacedProcess> {
  const listings = new Map<string | undefined, Listings>();
  const listingsOf = (siteId: string | undefined): Listings => {
    const known = listings.get(siteId);
    if (known !== undefined) return known;
    const list = async () => placed(await store.list({ siteId }), siteId);
    const made = new SharedListing<Listing<PlacedProcess>>(list, ofSite(first, siteId), { limit, ...timing });
    listings.set(siteId, made);
    return made;
  };
  return {
    async make({ spec }, claim, told) {
      const claimed = new ClaimedForgeStore(store, listingsOf(spec.siteId), claim);
      const wanted = { spec, ifExists: 'replace', dryRun: false } as const;
      const { outcome, process, changes, otherName } = await ensure(wanted, {
        store: claimed,
        removalLimit,
        ...timing,
        ...told,
      });
      if (otherName !== undefined)
        told.warn(
          `another process has the name ${spec.name}, so this one is named ${otherName}; give it another name`,
        );
      const done = outcome === 'created' || outcome === 'replaced' ? outcome : 'unchanged';
      return { outcome: done, process, changes };
    },
    async remove({ id }, claim, log) {
      await claim.write(() => removeForSure(store, id));
      const all = listingsOf(undefined);
      // One that is not understood is there all the same.
      const find = async () => {
        const { processes, unreadable } = await all.refreshed();
        return [...processes, ...unreadable].find((one) => one.id === id);
      };
      await untilGone(id, { ...timing, store: { find }, removalLimit, log });
    },
  };
}

/** A listing that was made for a site: its processes are told apart by that from then on. */
function placed(listing: Listing<PlacedProcess>, siteId: string | undefined): Listing<PlacedProcess> {
  if (siteId === undefined) return listing;
  return { ...listing, processes: listing.processes.map((process) => ({ ...process, siteId })) };
}

/** What a listing of the whole server shows of one site. */
function ofSite(listing: Listing<PlacedProcess>, siteId: string | undefined): Listing<PlacedProcess> {
  if (siteId === undefined) return listing;
  return { ...listing, processes: listing.processes.filter((process) => process.siteId === siteId) };
}

/** The store as one operation sees it: without what belongs to other operations, through shared listings, and in its turn. */
class ClaimedForgeStore implements ForgeStore {
  readonly #store: ForgeStore;
  readonly #listings: Listings;
  readonly #claim: Claim<PlacedProcess>;

  constructor(store: ForgeStore, listings: Listings, claim: Claim<PlacedProcess>) {
    this.#store = store;
    this.#listings = listings;
    this.#claim = claim;
  }

  /** Those of the operation's site, if it has one: it asks for no others. */
  async list(): Promise<Listing<PlacedProcess>> {
    const listing = await this.#claim.look(this.#listings);
    return { ...listing, processes: this.#claim.open(listing.processes) };
  }

  async find(id: string): Promise<PlacedProcess | undefined> {
    return await this.#claim.read(() => this.#store.find(id));
  }

  async create(spec: ForgeSpec): Promise<Sent<PlacedProcess>> {
    return await this.#listings.creating(() => this.#claim.create(() => this.#store.create(spec)));
  }

  async remove(id: string): Promise<void> {
    await this.#claim.remove(id, () => removeForSure(this.#store, id));
  }

  async restart(id: string): Promise<void> {
    await this.#claim.write(() => this.#store.restart(id));
  }
}
