import type { Sent } from './create-once.ts';
import type { ExistingProcess } from './existing.ts';
import type { ProcessUpdate } from './intended.ts';
import type { Listing } from './listing.ts';
import type { ProcessSpec } from './spec.ts';

/** The background processes of one instance, wherever they are kept. Calls that fail throw a `Failure`. */
export interface ProcessStore {
  /** All of them, over all pages. */
  list(): Promise<Listing<ExistingProcess>>;
  /** One by its id; undefined when there is none. */
  find(id: string): Promise<ExistingProcess | undefined>;
  /** Asks once. An answer that was lost is no error here. */
  create(spec: ProcessSpec): Promise<Sent<ExistingProcess>>;
  /** The process as the answer shows it; undefined when there is none of this id. */
  update(id: string, update: ProcessUpdate): Promise<ExistingProcess | undefined>;
  /** Removes one; that there is none of this id is success. */
  remove(id: string): Promise<void>;
}
