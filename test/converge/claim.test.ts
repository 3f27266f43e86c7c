import { describe, expect, test } from 'vitest';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import { ClaimedStore, SharedListing } from '../../src/converge/claim.ts';
import type { Listing } from '../../src/converge/listing.ts';
import { Semaphore } from '../../src/converge/semaphore.ts';
import type { CreateResult, Store } from '../../src/converge/service.ts';
import { existing } from '../support/existing.ts';
import { listingOf } from '../support/listing.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const made = existing({ id: 'p-1' });
const answered = { kind: 'created', made } as const;
const lost = { kind: 'lost', cause: 'the connection broke off' } as const;
const spec: ProcessSpec = { type: 'worker', processes: 1, config: {} };

/** The store of an operation, where one request may be under way; its creates are answered in turn. */
function claiming(...answers: readonly CreateResult<ExistingProcess>[]) {
  const clock = new VirtualClock();
  const semaphore = new Semaphore(1);
  const stop = new AbortController();
  const created: string[] = [];
  const sent: string[] = [];
  const left = [...answers];
  const listings = ['b', 'c'].map((id) => listingOf([existing({ id })], { pages: 2 }));
  const own: Store<ProcessSpec, ExistingProcess> = {
    ...{ place: {}, removalSpan: 0, mayWrite: () => undefined },
    list: async () => listings.shift() ?? Promise.reject(new Error('nobody should list again')),
    find: async (id) => void sent.push(`find ${id}`),
    create: async () => left.shift() ?? answered,
    remove: async (id) => void sent.push(`remove ${id}`),
  };
  const shared = new SharedListing<Listing<ExistingProcess>>(
    () => own.list(),
    listingOf([existing({ id: 'a' })], { pages: 2 }),
    { semaphore, clock, cancelled: stop.signal },
  );
  const store = new ClaimedStore(own, shared, {
    ...{ semaphore, cancelled: stop.signal, isOpenTo: () => true },
    onCreated: ({ id }) => created.push(id),
  });
  return { store, shared, clock, semaphore, stop, created, sent };
}

test('each listing that is known is looked at once, and then a new one is asked for', async () => {
  const { store, shared, clock } = claiming();
  await clock.run(shared.refreshed());
  const seen = [];
  for (const _ of 'abc') seen.push((await clock.run(store.list())).processes[0]?.id);
  expect(seen).toEqual(['a', 'b', 'c']);
});

test('reading and removing come before the writes that wait for their turn', async () => {
  const { store, semaphore, sent } = claiming();
  const { promise, resolve } = Promise.withResolvers<void>();
  const all = [
    semaphore.run(() => promise),
    store.write(async () => void sent.push('write')),
    store.find('p-1'),
    store.remove('p-1'),
  ];
  resolve();
  await Promise.all(all);
  expect(sent).toEqual(['find p-1', 'remove p-1', 'write']);
});

describe('What came of a create is remembered', () => {
  test('a later one that is answered makes up for a lost answer', async () => {
    const { store } = claiming(lost, answered);
    expect(store.unknown).toBe(false);
    await store.create(spec);
    await store.create(spec);
    expect(store.unknown).toBe(false);
  });

  test('what was made is forgotten when it is removed again, and not when another is', async () => {
    const { store } = claiming();
    await store.create(spec);
    await store.remove('another');
    expect(store.made).toBe(made);
    await store.remove('p-1');
    expect(store.made).toBeUndefined();
  });
});
