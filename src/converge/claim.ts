import type { Sent } from './create-once.ts';
import type { Aged } from './listing.ts';
import type { Limit } from './semaphore.ts';
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
  #looks = 0;
  /** Has a write been sent? */
  wrote = false;
  /** Was the answer to a create lost, and not made up for by a later one? */
  unknown = false;
  /** What this operation has created and not removed again. */
  made: P | undefined;

  constructor(parts: ClaimParts<P>) {
    this.#parts = parts;
  }

  /** The first looks take what has been listed already: after a create it is looked anew anyway. */
  async look<L extends { readonly pages: number }>(listings: SharedListing<L>): Promise<L> {
    const known = this.wrote ? undefined : listings.known[this.#looks++];
    return known ?? (await listings.refreshed());
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
