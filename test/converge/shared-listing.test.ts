import { describe, expect, test } from 'vitest';
import { SharedListing } from '../../src/converge/claim.ts';
import { Semaphore } from '../../src/converge/semaphore.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const listingTakes = 500;

interface Listed {
  readonly pages: number;
  readonly from: number;
}

const first: Listed = { pages: 1, from: -1 };

/** Creates that take as long as told, and what happened when. */
function place(pages = 1, known = first) {
  const clock = new VirtualClock();
  const semaphore = new Semaphore(2);
  const stop = new AbortController();
  const happened: string[] = [];
  const note = (what: string): void => {
    happened.push(`${what} at ${clock.now()}`);
  };
  const listings = new SharedListing<Listed>(
    async () => {
      note('list');
      await clock.sleep(listingTakes);
      return { pages, from: clock.now() - listingTakes };
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

test('no more creates begin at once than requests may be under way', async () => {
  const { clock, happened, create } = place();
  await clock.run(Promise.all(['a', 'b', 'c'].map((name) => create(name, 100))));
  expect(happened).toEqual(['create a at 0', 'create b at 0', 'create c at 100']);
});

test('a listing begins as soon as the last create under way has ended', async () => {
  const { clock, happened, listings, create } = place();
  await clock.run(Promise.all([create('a', 100), create('b', 200), listings.refreshed()]));
  expect(happened).toEqual(['create a at 0', 'create b at 0', 'list at 200']);
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

describe('what is known before anybody asks', () => {
  test('is the last listing', async () => {
    const { clock, listings } = place();
    expect(listings.known).toEqual([first]);
    await clock.run(listings.refreshed());
    expect(listings.known).toEqual([{ pages: 1, from: 0 }]);
  });

  test('is the first one alone, even one of several pages, until there is another', () => {
    const several = { pages: 2, from: -1 };
    expect(place(2, several).listings.known).toEqual([several]);
  });
});
