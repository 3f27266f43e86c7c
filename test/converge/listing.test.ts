import { expect, test, vi } from 'vitest';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import {
  bornAt,
  byAge,
  type Existing,
  type Listing,
  mayGetElders,
  readTwice,
  refuseDoubt,
} from '../../src/converge/listing.ts';
import { existing, listingOf } from '../support/processes.ts';
import { runtimeOn, VirtualClock } from '../support/virtual-clock.ts';

const born = (id: string, createdAt: string | null): Existing => ({ id, createdAt });

function order(...all: Existing[]): string[] {
  return all.sort(byAge).map(({ id }) => id);
}

test('microseconds count', () => {
  const [a, b] = [born('a', '2026-04-04T00:00:01.000250Z'), born('b', '2026-04-04T00:00:01.000150Z')];
  expect(order(a, b)).toEqual(['b', 'a']);
  expect(bornAt(a) - bornAt(b)).toBeCloseTo(0.1, 2);
  const [c, d] = [born('c', '2026-04-04T00:00:01.000129Z'), born('d', '2026-04-04T00:00:01.000128Z')];
  expect(order(c, d)).toEqual(['d', 'c']);
});

test('a date without a time zone is in UTC, wherever the runner stands', () => {
  vi.stubEnv('TZ', 'America/New_York');
  expect(bornAt(born('a', '2026-04-04 00:00:01'))).toBe(Date.UTC(2026, 3, 4, 0, 0, 1));
  vi.unstubAllEnvs();
});

test('of the same moment, the smaller id comes first, from whichever side one looks', () => {
  const [a, b] = [born('a', '2026-04-04T00:00:01Z'), born('b', '2026-04-04T00:00:01.000000Z')];
  expect(order(a, b)).toEqual(['a', 'b']);
  expect(order(b, a)).toEqual(['a', 'b']);
  expect([byAge(a, b), byAge(b, a), byAge(a, a)]).toEqual([-1, 1, 0]);
});

test('one without a date, or with none that can be read, counts as the newest', () => {
  expect(order(born('a', null), born('b', 'yesterday'), born('c', '2126-01-01T00:00:00Z'))).toEqual([
    'c',
    'a',
    'b',
  ]);
  expect(bornAt(born('a', null))).toBe(bornAt(born('b', 'yesterday')));
});

test.each([
  ['its second is not over', '2026-04-04T00:00:01Z', 1_999, true],
  ['its second is over', '2026-04-04T00:00:01Z', 2_000, false],
  ['its date has a fraction', '2026-04-04T00:00:01.5Z', 1_999, false],
  ['the server tells no time', '2026-04-04T00:00:01Z', undefined, false],
])('an older one may still come where %s', (_, createdAt, at, may) => {
  const serverTime = at && Date.parse('2026-04-04T00:00:00Z') + at;
  expect(mayGetElders(born('a', createdAt), { serverTime })).toBe(may);
});

test('those in doubt are all named, with what to do', () => {
  const doubtful = ['a', 'b'].map((id) => ({ ...born(id, null), doubt: 'odd' }));
  expect(() => refuseDoubt('worker', doubtful)).toThrow(
    'The worker may exist already as a (odd), or as b (odd). Nothing was changed. Look at this process in the dashboard',
  );
});

const of = (...ids: readonly string[]) => listingOf(ids.map((id) => existing({ id })));

/** Reads after a first listing of `a` and `b`, and tells when. */
function reading(next: () => Listing<ExistingProcess>) {
  const clock = new VirtualClock();
  const at: number[] = [];
  const look = async () => {
    at.push(clock.now());
    return next();
  };
  return { at, task: clock.run(readTwice(of('a', 'b'), look, runtimeOn(clock))) };
}

test.each([
  ['lacks one', of('a')],
  ['has one more', of('a', 'b', 'c')],
  ['has another', of('a', 'c')],
])('a listing that %s is read again, until two in a row show the same', async (_, other) => {
  const { task, at } = reading(() => other);
  expect(await task).toBe(other);
  expect(at).toEqual([0, 250]);
});

test('a listing that is another each time is an error after half a minute, and three readings without a pause', async () => {
  let looks = 0;
  const { task, at } = reading(() => of(String(++looks)));
  await expect(task).rejects.toThrow(
    'The list of background processes changed on every read for 30 s, so a missing process cannot be told from a skipped one. Run the job again when fewer runs are at work there.',
  );
  expect(at.filter((moment) => moment >= 30_000)).toEqual([30_000, 30_000, 30_000, 30_000]);

  // The last two of these readings decide.
  const last = of('a');
  looks = 0;
  const settled = reading(() => (++looks < at.length - 1 ? of(String(looks)) : last));
  expect(await settled.task).toBe(last);
});
