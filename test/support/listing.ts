import type { Listing } from '../../src/converge/listing.ts';

/** A list of one page, whose server does not tell the time unless told otherwise. */
export function listingOf<P>(
  processes: readonly P[],
  more: Partial<Omit<Listing<P>, 'processes'>> = {},
): Listing<P> {
  return { processes, leaving: [], pages: 1, serverTime: undefined, ...more };
}
