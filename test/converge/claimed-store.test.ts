import { expect, test } from 'vitest';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import { Claim, ClaimedStore } from '../../src/converge/claim.ts';
import { Semaphore } from '../../src/converge/semaphore.ts';
import { SharedListing } from '../../src/converge/shared-listing.ts';
import { Failure } from '../../src/failure.ts';
import { FakeStore } from '../cloud/fake-cloud.ts';
import { existing } from '../support/existing.ts';
import { listingOf } from '../support/listing.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const worker: ProcessSpec = { type: 'worker', processes: 1, config: {} };

/** What one operation sees of an instance that runs `p-1`, and `theirs`, which belongs to another operation. */
function claimed() {
  const clock = new VirtualClock();
  const cancelled = new AbortController().signal;
  const semaphore = new Semaphore(2);
  const there = [existing({ id: 'p-1' }), existing({ id: 'theirs' })];
  const store = new FakeStore(clock, there);
  const listings = new SharedListing(() => store.list(), listingOf(there), { semaphore, clock, cancelled });
  const claim = new Claim<ExistingProcess>({
    semaphore,
    cancelled,
    isOpenTo: ({ id }) => id !== 'theirs',
    onCreated: () => undefined,
  });
  return { clock, store, claim, listings, seen: new ClaimedStore(store, listings, claim) };
}

test('a listing shows what is open to the operation, and costs no request where one is known', async () => {
  const { clock, store, seen } = claimed();
  const { processes, pages } = await clock.run(seen.list());
  expect(processes.map(({ id }) => id)).toEqual(['p-1']);
  expect(pages).toBe(1);
  expect(store.calls).toEqual([]);
});

test('where nothing may be written, the operation fails before it sends anything', () => {
  const { store, seen } = claimed();
  store.mayWrite = () => {
    throw new Failure({ what: 'The token', why: 'it may only read' });
  };
  expect(() => seen.mayWrite()).toThrow('The token: it may only read.');
});

test('what the operation sends reaches the store, and what it has created is known', async () => {
  const { clock, store, claim, seen } = claimed();
  expect(await clock.run(seen.find('p-1'))).toMatchObject({ id: 'p-1' });
  expect(claim.wrote).toBe(false);
  expect(await clock.run(seen.create(worker))).toMatchObject({ kind: 'created', made: { id: 'process-1' } });
  expect(claim).toMatchObject({ wrote: true, made: { id: 'process-1' } });
  await clock.run(seen.remove('process-1'));
  expect(claim.made).toBeUndefined();
  expect(store.processes.map(({ id }) => id)).toEqual(['p-1', 'theirs']);
});

test('a removal whose answer is lost has worked when the process is gone', async () => {
  const { clock, store, seen } = claimed();
  store.before = ({ kind }) => (kind === 'remove' ? 'lose' : undefined);
  await clock.run(seen.remove('p-1'));
  expect(store.calls.map(({ kind }) => kind)).toEqual(['remove', 'find']);
});
