import { expect, test } from 'vitest';
import { Limit } from '../../../src/processes/plan/limit.ts';
import { SharedListing } from '../../../src/processes/plan/shared-listing.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const listingTakes = 500;

/** Creates that take as long as told, and what happened when. */
function place() {
  const clock = new VirtualClock();
  const happened: string[] = [];
  const note = (what: string): void => {
    happened.push(`${what} at ${clock.now()}`);
  };
  const listings = new SharedListing<string>(
    async () => {
      note('list');
      await clock.sleep(listingTakes);
      return `as of ${clock.now() - listingTakes}`;
    },
    'first',
    { limit: new Limit(2), clock, cancelled: new AbortController().signal },
  );
  const create = (name: string, ms: number): Promise<void> =>
    listings.creating(async () => {
      note(`create ${name}`);
      await clock.sleep(ms);
    });
  return { clock, happened, listings, create };
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

test('no more creates begin at once than requests may be under way', async () => {
  const { clock, happened, create } = place();
  await clock.run(Promise.all(['a', 'b', 'c'].map((name) => create(name, 100))));
  expect(happened).toEqual(['create a at 0', 'create b at 0', 'create c at 100']);
});

test('a listing does not wait for a create that takes long', async () => {
  const { clock, happened, listings, create } = place();
  const slow = create('slow', 60_000);
  const listed = await clock.run(listings.refreshed());
  expect(happened).toEqual(['create slow at 0', 'list at 1400']);
  expect(listed).toBe('as of 1000');
  await clock.run(slow);
});

test('creates go on after a listing that failed', async () => {
  const { clock, happened, create } = place();
  const failing = new SharedListing<string>(() => Promise.reject(new Error('no list')), 'first', {
    limit: new Limit(2),
    clock,
    cancelled: new AbortController().signal,
  });
  await expect(clock.run(failing.refreshed())).rejects.toThrow('no list');
  await clock.run(failing.creating(async () => await create('a', 1)));
  expect(happened).toEqual(['create a at 0']);
});
