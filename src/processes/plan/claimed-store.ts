import type { Sent } from '../create-once.ts';
import type { ExistingProcess } from '../existing.ts';
import type { ProcessUpdate } from '../intended.ts';
import type { Listing } from '../listing.ts';
import { removeForSure } from '../remove.ts';
import type { ProcessSpec } from '../spec.ts';
import type { ProcessStore } from '../store.ts';
import type { Claim } from './claim.ts';
import type { SharedListing } from './shared-listing.ts';

/** The store as one operation sees it: without what belongs to other operations, through shared listings, and in its turn. */
export class ClaimedStore implements ProcessStore {
  readonly #store: ProcessStore;
  readonly #listings: SharedListing<Listing<ExistingProcess>>;
  readonly #claim: Claim<ExistingProcess>;

  constructor(
    store: ProcessStore,
    listings: SharedListing<Listing<ExistingProcess>>,
    claim: Claim<ExistingProcess>,
  ) {
    this.#store = store;
    this.#listings = listings;
    this.#claim = claim;
  }

  async list(): Promise<Listing<ExistingProcess>> {
    const listing = await this.#claim.look(this.#listings);
    return { ...listing, processes: this.#claim.open(listing.processes) };
  }

  mayWrite(): void {
    this.#store.mayWrite();
  }

  async find(id: string): Promise<ExistingProcess | undefined> {
    return await this.#claim.read(() => this.#store.find(id));
  }

  async create(spec: ProcessSpec): Promise<Sent<ExistingProcess>> {
    return await this.#listings.creating(() => this.#claim.create(() => this.#store.create(spec)));
  }

  async update(id: string, update: ProcessUpdate): Promise<ExistingProcess | undefined> {
    return await this.#claim.write(() => this.#store.update(id, update));
  }

  async remove(id: string): Promise<void> {
    await this.#claim.remove(id, () => removeForSure(this.#store, id));
  }
}
