import type { Sent } from '../converge/create-once.ts';
import type { Listing } from '../converge/listing.ts';
import type { ProcessUpdate } from './drift.ts';
import type { ExistingProcess } from './process.ts';
import type { ProcessSpec } from './spec.ts';

/** Background processes that are known by their ids, wherever they are. Calls that fail throw a `Failure`. */
export interface PinnedStore {
  /** One by its id; undefined when there is none. */
  find(id: string): Promise<ExistingProcess | undefined>;
  /** The process as the answer shows it, which may be another or lie behind; undefined when there is none of this id. */
  update(id: string, update: ProcessUpdate): Promise<ExistingProcess | undefined>;
  /** Removes one; that there is none of this id is success. */
  remove(id: string): Promise<void>;
  /** Throws a `Failure` where nothing may be written, as far as that is known by now. */
  mayWrite(): void;
}

/** The background processes of one instance. */
export interface ProcessStore extends PinnedStore {
  /** All that are understood, over all pages. */
  list(): Promise<Listing<ExistingProcess>>;
  /** Asks once. An answer that was lost is no error here. */
  create(spec: ProcessSpec): Promise<Sent<ExistingProcess>>;
}
