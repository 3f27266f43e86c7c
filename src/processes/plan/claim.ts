import type { Sent } from '../create-once.ts';
import type { Aged } from '../existing.ts';
import type { Limit } from './limit.ts';
import type { SharedListing } from './shared-listing.ts';

interface ClaimParts<P> {
  readonly limit: Limit;
  readonly cancelled: AbortSignal;
  /** Can this process be the operation's own? */
  isOpenTo(process: P): boolean;
  onCreated(process: P): void;
}

/** What one operation may see of a place, what it sends in its turn, and what came of that. */
export class Claim<P extends Aged> {
  readonly #parts: ClaimParts<P>;
  #looked = false;
  /** Has a write been sent? */
  wrote = false;
  /** Was the answer to a create lost, and not made up for by a later one? */
  unknown = false;
  /** What this operation has created and not removed again. */
  made: P | undefined;

  constructor(parts: ClaimParts<P>) {
    this.#parts = parts;
  }

  /**
   * The first look takes the last listing: a create looks once more after it anyway. Where that is not the one of the
   * plan, it is a second reading of what is missing, so that it is as sure as a listing of one page.
   */
  async look<L extends { readonly pages: number }>(listings: SharedListing<L>): Promise<L> {
    if (this.#looked) return await listings.refreshed();
    this.#looked = true;
    const { listing, isSecond } = listings.latest;
    return isSecond ? { ...listing, pages: 1 } : listing;
  }

  /** Those of a listing that do not belong to other operations. */
  open(listed: readonly P[]): readonly P[] {
    return listed.filter(this.#parts.isOpenTo);
  }

  async read<T>(ask: () => Promise<T>): Promise<T> {
    return await this.#parts.limit.run(ask, 'urgent');
  }

  async create(send: () => Promise<Sent<P>>): Promise<Sent<P>> {
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
    return await this.#parts.limit.run(async () => {
      this.#parts.cancelled.throwIfAborted();
      this.wrote = true;
      return await send();
    }, urgency);
  }
}
