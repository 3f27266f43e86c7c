import type { Listing } from '../../src/converge/listing.ts';

/** Returns a list of one page; by default without the server's time. */
export function listingOf<P>(
  processes: readonly P[],
  more: Partial<Omit<Listing<P>, 'processes'>> = {},
): Listing<P> {
  return { processes, leaving: [], pages: 1, serverTime: undefined, ...more };
}
