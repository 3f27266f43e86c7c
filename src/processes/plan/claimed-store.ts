import type { Sent } from '../create-once.ts';
import type { ExistingProcess } from '../existing.ts';
import type { ProcessUpdate } from '../intended.ts';
import { removeForSure } from '../remove.ts';
import type { ProcessSpec } from '../spec.ts';
import type { ProcessStore } from '../store.ts';
import type { Limit } from './limit.ts';
import type { SharedListing } from './shared-listing.ts';

interface ClaimedStoreParts {
  readonly store: ProcessStore;
  readonly limit: Limit;
  readonly listings: SharedListing;
  readonly cancelled: AbortSignal;
  /** Can this process be the operation's own? */
  isOpenTo(process: ExistingProcess): boolean;
  onCreated(process: ExistingProcess): void;
}

/** The store as one operation sees it: without what belongs to other operations, through shared listings, and in its turn. */
export class ClaimedStore implements ProcessStore {
  readonly #parts: ClaimedStoreParts;
  #looked = false;
  /** Has a write been sent? */
  wrote = false;
  /** Was the answer to a create lost, and not made up for by a later one? */
  unknown = false;
  /** What this operation has created and not removed again. */
  made: ExistingProcess | undefined;

  constructor(parts: ClaimedStoreParts) {
    this.#parts = parts;
  }

  /** The first look takes the last listing: a create looks once more after it anyway. */
  async list(): Promise<readonly ExistingProcess[]> {
    const { listings, isOpenTo } = this.#parts;
    const listed = this.#looked ? await listings.refreshed() : listings.latest;
    this.#looked = true;
    return listed.filter(isOpenTo);
  }

  async find(id: string): Promise<ExistingProcess | undefined> {
    return await this.#parts.limit.run(() => this.#parts.store.find(id), 'urgent');
  }

  async create(spec: ProcessSpec): Promise<Sent<ExistingProcess>> {
    const { store, listings, onCreated } = this.#parts;
    return await listings.creating(async () => {
      const sent = await this.#write(() => store.create(spec));
      this.unknown = sent.kind === 'lost';
      if (sent.kind === 'created') {
        this.made = sent.made;
        onCreated(sent.made);
      }
      return sent;
    });
  }

  async update(id: string, update: ProcessUpdate): Promise<ExistingProcess | undefined> {
    return await this.#write(() => this.#parts.store.update(id, update));
  }

  async remove(id: string): Promise<void> {
    await this.#write(() => removeForSure(this.#parts.store, id), 'urgent');
    if (this.made?.id === id) this.made = undefined;
  }

  async #write<T>(send: () => Promise<T>, urgency?: 'urgent'): Promise<T> {
    return await this.#parts.limit.run(async () => {
      this.#parts.cancelled.throwIfAborted();
      this.wrote = true;
      return await send();
    }, urgency);
  }
}
