import type { Clock } from '../time.ts';
import type { Existing, Listing } from './listing.ts';
import type { Semaphore } from './pace.ts';
import { removeForSure } from './remove.ts';
import type { CreateResult, Store } from './service.ts';

/** The most milliseconds of each of the two waits of a look for running creates: racing runs wait longer. */
const longestWait = 1_500;

interface ListingWorld {
  readonly semaphore: Semaphore;
  readonly clock: Clock;
  readonly cancelled: AbortSignal;
}

/**
 * A list that the operations of one place share. A caller always gets a list whose request started after the call.
 * Creates wait while a list is read, since they would shift its pages.
 */
export class SharedListing<L extends { readonly pages: number }> {
  readonly #list: () => Promise<L>;
  readonly #world: ListingWorld;
  #previous: L | undefined;
  #latest: L;
  #next: Promise<L> | undefined;
  #creating = 0;
  #reading: Promise<L> | undefined;
  /** Creates that wait for the end of a list request. */
  readonly #waiting: (() => void)[] = [];
  /** Aborted, and made new, whenever no create is running. */
  #idle = new AbortController();

  constructor(list: () => Promise<L>, first: L, world: ListingWorld) {
    this.#list = list;
    this.#latest = first;
    this.#world = world;
  }

  /** Returns the latest list. If it has several pages, also the list before: only two equal readings are certain. */
  get known(): readonly L[] {
    return this.#latest.pages > 1 && this.#previous !== undefined
      ? [this.#previous, this.#latest]
      : [this.#latest];
  }

  /** Returns a list whose request starts after this call. */
  refreshed(): Promise<L> {
    this.#next ??= this.#listSoon();
    return this.#next;
  }

  /** Runs a create. List requests wait for it, up to a limit. */
  async creating<T>(create: () => Promise<T>): Promise<T> {
    const begun = new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#letIn();
    await begun;
    try {
      return await create();
    } finally {
      this.#creating--;
      this.#letIn();
      if (this.#creating === 0) {
        this.#idle.abort();
        this.#idle = new AbortController();
      }
    }
  }

  #letIn(): void {
    while (this.#reading === undefined && this.#creating < this.#world.semaphore.most) {
      const begin = this.#waiting.shift();
      if (begin === undefined) return;
      this.#creating++;
      begin();
    }
  }

  /** Reads a list after the running list request and the running creates have ended. */
  async #listSoon(): Promise<L> {
    try {
      await this.#reading?.catch(() => undefined);
      await this.#untilCreated();
      // The operation whose create ended last can now ask for this list, too.
      await this.#world.clock.sleep(0, this.#world.cancelled);
    } catch (error) {
      this.#next = undefined;
      throw error;
    }
    this.#reading = this.#read();
    try {
      return await this.#reading;
    } finally {
      this.#reading = undefined;
      this.#letIn();
    }
  }

  async #read(): Promise<L> {
    try {
      await this.#untilCreated();
    } finally {
      // Later callers may have created a process after the start of this request.
      this.#next = undefined;
    }
    const listing = await this.#world.semaphore.run(this.#list, 'urgent');
    this.#previous = this.#latest;
    this.#latest = listing;
    return listing;
  }

  async #untilCreated(): Promise<void> {
    if (this.#creating === 0) return;
    const { signal } = this.#idle;
    const { clock, cancelled } = this.#world;
    try {
      await clock.sleep(longestWait, AbortSignal.any([signal, cancelled]));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

/** The claim of one operation on the processes of a place. */
export interface Claim<P> {
  readonly semaphore: Semaphore;
  readonly cancelled: AbortSignal;
  /** False for the process of another operation. */
  isOpenTo(process: P): boolean;
  onCreated(process: P): void;
}

/** The store of one operation: hides the processes of others, queues its requests, remembers its own process. */
export class ClaimedStore<S, P extends Existing> implements Store<S, P> {
  readonly #store: Store<S, P>;
  readonly #claim: Claim<P>;
  readonly place: SharedListing<Listing<P>>;
  readonly removalSpan: number;
  #looks = 0;
  wrote = false;
  /** True if the response to the last create was lost. */
  unknown = false;
  /** The process that this operation has created, and that still exists as far as known. */
  made: P | undefined;

  constructor(store: Store<S, P>, listings: SharedListing<Listing<P>>, claim: Claim<P>) {
    this.#store = store;
    this.#claim = claim;
    this.place = listings;
    this.removalSpan = store.removalSpan;
  }

  /** Returns a list: until this operation has written, first the lists that `place` knows already. */
  async list(): Promise<Listing<P>> {
    const known = this.wrote ? undefined : this.place.known[this.#looks++];
    const listing = known ?? (await this.place.refreshed());
    return { ...listing, processes: listing.processes.filter(this.#claim.isOpenTo) };
  }

  async find(id: string): Promise<P | undefined> {
    const found = await this.#claim.semaphore.run(() => this.#store.find(id), 'urgent');
    if (found === undefined && this.made?.id === id) this.made = undefined;
    return found;
  }

  async create(spec: S): Promise<CreateResult<P>> {
    return await this.place.creating(async () => {
      const sent = await this.write(() => this.#store.create(spec));
      this.unknown = sent.kind === 'lost';
      if (sent.kind === 'created') {
        this.made = sent.made;
        this.#claim.onCreated(sent.made);
      }
      return sent;
    });
  }

  async update(id: string, changed: object): Promise<P | undefined> {
    return await this.write(async () => await this.#store.update?.(id, changed));
  }

  async remove(id: string): Promise<void> {
    await this.write(() => removeForSure(this.#store, id), 'urgent');
    if (this.made?.id === id) this.made = undefined;
  }

  async write<T>(send: () => Promise<T>, urgency?: 'urgent'): Promise<T> {
    const { semaphore, cancelled } = this.#claim;
    return await semaphore.run(async () => {
      cancelled.throwIfAborted();
      this.wrote = true;
      return await send();
    }, urgency);
  }

  mayWrite(): void {
    this.#store.mayWrite();
  }
}
