import type { Timing } from '../time/poll.ts';
import { ensure } from './ensure.ts';
import type { ExistingProcess } from './existing.ts';
import type { Listing } from './listing.ts';
import { ClaimedStore } from './plan/claimed-store.ts';
import type { Maker } from './plan/converge.ts';
import type { Limit } from './plan/limit.ts';
import { SharedListing } from './plan/shared-listing.ts';
import { removeForSure } from './remove.ts';
import type { ProcessSpec } from './spec.ts';
import type { ProcessStore } from './store.ts';

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
