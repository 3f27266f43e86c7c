import { describe, expect, test } from 'vitest';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import { Claim, SharedListing } from '../../src/converge/claim.ts';
import type { Listing } from '../../src/converge/listing.ts';
import { Semaphore } from '../../src/converge/semaphore.ts';
import { existing } from '../support/existing.ts';
import { listingOf } from '../support/listing.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** A claim to whatever is not named in `taken`, where one request may be under way. */
function claiming(taken: readonly string[] = []) {
  const semaphore = new Semaphore(1);
  const stop = new AbortController();
  const created: string[] = [];
  const claim = new Claim<ExistingProcess>({
    semaphore,
    cancelled: stop.signal,
    isOpenTo: ({ id }) => !taken.includes(id),
    onCreated: ({ id }) => created.push(id),
  });
  return { claim, semaphore, stop, created };
}

const made = existing({ id: 'p-1' });
const creates = async () => ({ kind: 'created', made }) as const;
const loses = async () => ({ kind: 'lost', cause: 'the connection broke off' }) as const;
const removes = async () => undefined;

test('each listing that is known is looked at once, and then a new one is asked for', async () => {
  const { claim, semaphore, stop } = claiming();
  const clock = new VirtualClock();
  const listings = ['b', 'c'].map((id) => listingOf([existing({ id })], { pages: 2 }));
  const shared = new SharedListing<Listing<ExistingProcess>>(
    async () => listings.shift() ?? Promise.reject(new Error('nobody should list again')),
    listingOf([existing({ id: 'a' })], { pages: 2 }),
    { semaphore, clock, cancelled: stop.signal },
  );
  await clock.run(shared.refreshed());
  const seen = [];
  for (const _ of 'abc') seen.push((await clock.run(claim.look(shared))).processes[0]?.id);
  expect(seen).toEqual(['a', 'b', 'c']);
});

test('reading and removing come before the writes that wait for their turn', async () => {
  const { claim, semaphore } = claiming();
  const { promise, resolve } = Promise.withResolvers<void>();
  const order: string[] = [];
  const all = [
    semaphore.run(() => promise),
    claim.write(async () => void order.push('write')),
    claim.read(async () => void order.push('read')),
    claim.remove('p-1', async () => void order.push('remove')),
  ];
  resolve();
  await Promise.all(all);
  expect(order).toEqual(['read', 'remove', 'write']);
});

describe('What came of a create is remembered', () => {
  test('when it was answered: the process is told to all, and nothing is in doubt', async () => {
    const { claim, created } = claiming();
    expect(await claim.create(creates)).toEqual({ kind: 'created', made });
    expect(claim).toMatchObject({ wrote: true, unknown: false, made });
    expect(created).toEqual(['p-1']);
  });

  test('when its answer was lost: it may exist, and nobody knows its id', async () => {
    const { claim, created } = claiming();
    expect(await claim.create(loses)).toMatchObject({ kind: 'lost' });
    expect(claim).toMatchObject({ wrote: true, unknown: true, made: undefined });
    expect(created).toEqual([]);
  });

  test('a later one that is answered makes up for a lost answer', async () => {
    const { claim } = claiming();
    expect(claim.unknown).toBe(false);
    await claim.create(loses);
    await claim.create(creates);
    expect(claim.unknown).toBe(false);
  });

  test('what was made is forgotten when it is removed again, and not when another is', async () => {
    const { claim } = claiming();
    await claim.create(creates);
    await claim.remove('another', removes);
    expect(claim.made).toBe(made);
    await claim.remove('p-1', removes);
    expect(claim.made).toBeUndefined();
  });
});

test('once told to stop, it reads but writes nothing', async () => {
  const { claim, stop } = claiming();
  const sent: string[] = [];
  stop.abort(new Error('told to stop'));
  await expect(claim.write(async () => sent.push('write'))).rejects.toThrow('told to stop');
  await expect(claim.remove('p-1', async () => void sent.push('remove'))).rejects.toThrow('told to stop');
  expect(await claim.read(async () => 'read')).toBe('read');
  expect(sent).toEqual([]);
  expect(claim.wrote).toBe(false);
});
