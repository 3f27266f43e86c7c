import type { Maker } from '../converge/apply.ts';
import type { Listing } from '../converge/listing.ts';
import { removeForSure } from '../converge/remove.ts';
import type { Limit } from '../converge/semaphore.ts';
import { SharedListing } from '../converge/shared-listing.ts';
import type { Timing } from '../time.ts';
import { ClaimedStore } from './claimed-store.ts';
import { ensure } from './ensure.ts';
import type { ExistingProcess } from './process.ts';
import type { ProcessSpec } from './spec.ts';
import type { ProcessStore } from './store-interface.ts';

export interface MakerWorld extends Timing {
  readonly store: ProcessStore;
  readonly limit: Limit;
}

/** Makes and removes the processes of one instance of Laravel Cloud. `first` is what was listed for the plan. */
export function cloudMaker(
  first: Listing<ExistingProcess>,
  { store, limit, ...timing }: MakerWorld,
): Maker<ProcessSpec, ExistingProcess> {
  const listings = new SharedListing(() => store.list(), first, { limit, ...timing });
  return {
    async make({ spec }, claim, told) {
      const wanted = { spec, ifExists: 'update', dryRun: false } as const;
      const claimed = new ClaimedStore(store, listings, claim);
      const { outcome, process, changes } = await ensure(wanted, { store: claimed, ...timing, ...told });
      const done = outcome === 'created' || outcome === 'updated' ? outcome : 'unchanged';
      return { outcome: done, process, changes };
    },
    async remove({ id }, claim) {
      store.mayWrite();
      await claim.write(() => removeForSure(store, id));
    },
  };
}
