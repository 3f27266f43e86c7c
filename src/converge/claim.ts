import type { Existing, Listing } from './listing.ts';
import { removeForSure } from './remove.ts';
import type { Semaphore } from './semaphore.ts';
import type { CreateResult, Store } from './service.ts';
import type { SharedListing } from './shared-listing.ts';

interface ClaimParts<P> {
  readonly semaphore: Semaphore;
  readonly cancelled: AbortSignal;
  isOpenTo(process: P): boolean;
  onCreated(process: P): void;
}

/** One operation's view of an instance: hides processes of others, queues its requests, remembers its own process. */
export class Claim<P extends Existing> {
  readonly #parts: ClaimParts<P>;
  #looks = 0;
  wrote = false;
  /** True if the response to the last create was lost. */
  unknown = false;
  /** The process that this operation has created, and not deleted again. */
  made: P | undefined;

  constructor(parts: ClaimParts<P>) {
    this.#parts = parts;
  }

  /** Returns a list: until this operation has written, one of the lists that the plan was made from. */
  async look<L extends { readonly pages: number }>(listings: SharedListing<L>): Promise<L> {
    const known = this.wrote ? undefined : listings.known[this.#looks++];
    return known ?? (await listings.refreshed());
  }

  /** Returns the processes of a list that do not belong to other operations. */
  open(listed: readonly P[]): readonly P[] {
    return listed.filter(this.#parts.isOpenTo);
  }

  async read<T>(ask: () => Promise<T>): Promise<T> {
    return await this.#parts.semaphore.run(ask, 'urgent');
  }

  async create(send: () => Promise<CreateResult<P>>): Promise<CreateResult<P>> {
    const sent = await this.write(send);
    this.unknown = sent.kind === 'lost';
    if (sent.kind === 'created') {
      this.made = sent.made;
      this.#parts.onCreated(sent.made);
    }
    return sent;
  }

  async remove(id: string, send: () => Promise<void>): Promise<void> {
    await this.write(send, 'urgent');
    if (this.made?.id === id) this.made = undefined;
  }

  async write<T>(send: () => Promise<T>, urgency?: 'urgent'): Promise<T> {
    return await this.#parts.semaphore.run(async () => {
      this.#parts.cancelled.throwIfAborted();
      this.wrote = true;
      return await send();
    }, urgency);
  }
}

/** The store of one operation: it works through the operation's claim, and through shared lists. */
export class ClaimedStore<S, P extends Existing> implements Store<S, P> {
  readonly #store: Store<S, P>;
  readonly #claim: Claim<P>;
  readonly place: SharedListing<Listing<P>>;

  constructor(store: Store<S, P>, listings: SharedListing<Listing<P>>, claim: Claim<P>) {
    this.#store = store;
    this.#claim = claim;
    this.place = listings;
  }

  get removalSpan(): number {
    return this.#store.removalSpan;
  }

  async list(): Promise<Listing<P>> {
    const listing = await this.#claim.look(this.place);
    return { ...listing, processes: this.#claim.open(listing.processes) };
  }

  async find(id: string): Promise<P | undefined> {
    return await this.#claim.read(() => this.#store.find(id));
  }

  async create(spec: S): Promise<CreateResult<P>> {
    return await this.place.creating(() => this.#claim.create(() => this.#store.create(spec)));
  }

  async remove(id: string): Promise<void> {
    await this.#claim.remove(id, () => removeForSure(this.#store, id));
  }

  mayWrite(): void {
    this.#store.mayWrite();
  }
}
