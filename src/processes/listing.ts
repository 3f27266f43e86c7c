/** All processes of one place, as one look has shown them. A listing may lag behind what was written. */
export interface Listing<P> {
  readonly processes: readonly P[];
  /** How many pages were read: only a single one shows a single moment. */
  readonly pages: number;
  /** The server's own clock, in milliseconds since 1970; undefined when it does not tell. */
  readonly serverTime: number | undefined;
}
