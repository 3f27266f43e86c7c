import type { Open } from '../converge/apply.ts';
import { ClaimedStore, SharedListing } from '../converge/claim.ts';
import type { Listing } from '../converge/listing.ts';
import type { Runtime } from '../converge/look.ts';
import type { Semaphore } from '../converge/pace.ts';
import type { Store, World } from '../converge/service.ts';
import type { ExistingProcess } from './process.ts';
import { cloudService } from './service.ts';
import type { ProcessSpec } from './spec.ts';
import type { CloudStore } from './store.ts';
import { update } from './update.ts';

type CloudWorld = World<ProcessSpec, ExistingProcess>;
/** A store that can update a process. */
type Updatable = Store<ProcessSpec, ExistingProcess> & Pick<CloudStore, 'update'>;

/** Opens an instance for one declared process. */
export function openInstance(store: Updatable, runtime: Runtime): CloudWorld {
  return {
    service: cloudService,
    store,
    runtime,
    reconcile: async (spec, found, changes) => await update(spec, found, changes, { store, runtime }),
  };
}

/** Opens an instance for several operations at once. `first`: the list that the plan was made from. */
export function shareInstance(
  store: Updatable,
  first: Listing<ExistingProcess>,
  semaphore: Semaphore,
  { clock, cancelled }: Pick<Runtime, 'clock' | 'cancelled'>,
): Open<ProcessSpec, ExistingProcess> {
  const listings = new SharedListing(() => store.list(), first, { semaphore, clock, cancelled });
  return (claim, runtime) => {
    const claimed = new ClaimedStore(store, listings, claim);
    const update: Updatable['update'] = (id, changed) => claimed.write(() => store.update(id, changed));
    const shared = Object.assign(claimed, { update });
    return { ...openInstance(shared, runtime), store: shared };
  };
}
