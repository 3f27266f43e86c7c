/** All processes of one place, as one look has shown them. A listing may lag behind what was written. */
export interface Listing<P> {
  readonly processes: readonly P[];
  /** There, but of a shape that is not known. */
  readonly unreadable: readonly Unreadable<P>[];
  /** How many pages were read: only a single one shows a single moment. */
  readonly pages: number;
  /** The server's own clock, in milliseconds since 1970; undefined when it does not tell. */
  readonly serverTime: number | undefined;
}

/** A process that is not understood. Most cannot be what is looked for; one that can must not be passed over. */
export interface Unreadable<P> {
  readonly id: string;
  /** Where it departs from what is known: `attributes.processes: expected number, found text`. */
  readonly why: string;
  /** As far as it is understood. */
  readonly known: Partial<P>;
}
