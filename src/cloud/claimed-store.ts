import type { Claim } from '../converge/claim.ts';
import type { Sent } from '../converge/create-once.ts';
import type { Listing } from '../converge/listing.ts';
import { removeForSure } from '../converge/remove.ts';
import type { SharedListing } from '../converge/shared-listing.ts';
import type { ProcessUpdate } from './drift.ts';
import type { ExistingProcess } from './process.ts';
import type { ProcessSpec } from './spec.ts';
import type { ProcessStore } from './store-interface.ts';

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
