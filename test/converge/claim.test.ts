import { describe, expect, test } from 'vitest';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import { ClaimedStore, SharedListing } from '../../src/converge/claim.ts';
import { Semaphore } from '../../src/converge/pace.ts';
import type { CreateResult, Store } from '../../src/converge/service.ts';
import { existing, listingOf } from '../support/processes.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const made = existing({ id: 'p-1' });
const answered = { kind: 'created', made } as const;
const lost = { kind: 'lost', cause: 'the connection broke off' } as const;
const spec: ProcessSpec = { type: 'worker', processes: 1, config: {} };

/** The store of an operation, where one request may be under way; its creates are answered in turn. */
function claiming(...answers: readonly CreateResult<ExistingProcess>[]) {
  const clock = new VirtualClock();
  const semaphore = new Semaphore(1);
  const cancelled = new AbortController().signal;
  const sent: string[] = [];
  const left = [...answers];
  const [first, ...listings] = ['a', 'b', 'c'].map((id) => listingOf([existing({ id })], { pages: 2 }));
  const own: Store<ProcessSpec, ExistingProcess> = {
    ...{ place: {}, removalSpan: 0, mayWrite: () => undefined },
    list: async () => listings.shift() ?? Promise.reject(new Error('nobody should list again')),
    find: async (id) => void sent.push(`find ${id}`),
    create: async () => left.shift() ?? answered,
    remove: async (id) => void sent.push(`remove ${id}`),
  };
  const shared = new SharedListing(() => own.list(), first ?? listingOf([]), { semaphore, clock, cancelled });
  const isOpenTo = () => true;
  const onCreated = () => undefined;
  const store = new ClaimedStore(own, shared, { semaphore, cancelled, isOpenTo, onCreated });
  return { store, shared, clock, semaphore, sent };
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

const first = { pages: 1, from: -1 };

/** Creates that take as long as told, and what happened when. */
function place(known = first) {
  const clock = new VirtualClock();
  const semaphore = new Semaphore(2);
  const stop = new AbortController();
  const happened: string[] = [];
  const note = (what: string): void => {
    happened.push(`${what} at ${clock.now()}`);
  };
  const listings = new SharedListing(
    async () => {
      const from = clock.now();
      note('list');
      await clock.sleep(500);
      return { pages: 1, from };
    },
    known,
    { semaphore, clock, cancelled: stop.signal },
  );
  const create = (name: string, ms: number): Promise<void> =>
    listings.creating(async () => {
      note(`create ${name}`);
      await clock.sleep(ms);
    });
  return { clock, semaphore, stop, note, happened, listings, create };
}

test('no create begins while a listing is read, whose pages it would move', async () => {
  const { clock, happened, listings, create } = place();
  const creates = [create('a', 100)];
  const look = create('b', 100).then(() => listings.refreshed());
  const late = clock.sleep(300).then(() => Promise.all([create('c', 100), create('d', 100)]));
  await clock.run(Promise.all([...creates, look, late]));
  expect(happened).toEqual([
    'create a at 0',
    'create b at 0',
    'list at 100',
    'create c at 600',
    'create d at 600',
  ]);
});

test('a listing waits three seconds at most for creates: twenty of them need none in between', async () => {
  const long = place();
  await long.clock.run(Promise.all([long.create('a', 60_000), long.listings.refreshed()]));
  expect(long.happened).toEqual(['create a at 0', 'list at 3000']);

  const { clock, happened, listings, create } = place();
  const creates = Array.from({ length: 20 }, (_, n) => create(`${n}`, 140));
  await clock.run(Promise.all([...creates, listings.refreshed()]));
  expect(happened.filter((what) => what.startsWith('list'))).toEqual(['list at 1400']);
});

test('a listing comes before the other requests that wait for their turn', async () => {
  const { clock, semaphore, note, happened, listings } = place();
  const running = [1, 2].map(() => semaphore.run(() => clock.sleep(100)));
  const waiting = semaphore.run(async () => note('another request'));
  await clock.run(Promise.all([...running, waiting, listings.refreshed()]));
  expect(happened).toEqual(['list at 100', 'another request at 100']);
});

test('told to stop while it waits for a create, no listing begins', async () => {
  const { clock, stop, happened, listings, create } = place();
  const slow = create('slow', 60_000);
  const stopped = clock.sleep(700).then(() => stop.abort(new Error('told to stop')));
  await clock.run(expect(listings.refreshed()).rejects.toThrow('told to stop'));
  expect(clock.now()).toBe(700);
  await clock.run(Promise.all([slow, stopped]));
  expect(happened).toEqual(['create slow at 0']);
});

test('what is known before anybody asks is the first listing, even of several pages, and then the last', async () => {
  const several = { pages: 2, from: -1 };
  const { clock, listings } = place(several);
  expect(listings.known).toEqual([several]);
  await clock.run(listings.refreshed());
  expect(listings.known).toEqual([{ pages: 1, from: 0 }]);
});
