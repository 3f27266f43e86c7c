import { expect, test } from 'vitest';
import { bornAt, byAge, type Existing, mayGetElders, refuseDoubt } from '../../src/converge/listing.ts';

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
    'The worker: it may exist already as a (odd), or as b (odd). Nothing was changed. Look at this process in the dashboard',
  );
});
