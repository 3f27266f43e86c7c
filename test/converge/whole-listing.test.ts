import { expect, test } from 'vitest';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import { type Listing, readTwice } from '../../src/converge/listing.ts';
import { existing } from '../support/existing.ts';
import { listingOf } from '../support/listing.ts';
import { runtimeOn } from '../support/runtime.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const of = (...ids: readonly string[]) => listingOf(ids.map((id) => existing({ id })));

/** Reads after a first listing of `a` and `b`, and tells when. */
async function reading(next: (now: number) => Listing<ExistingProcess>) {
  const clock = new VirtualClock();
  const at: number[] = [];
  const look = async () => {
    at.push(clock.now());
    return next(clock.now());
  };
  const result = await clock.run(
    readTwice(of('a', 'b'), look, runtimeOn(clock)).then(
      (last) => ({ last, error: undefined }),
      (error: unknown) => ({ last: undefined, error }),
    ),
  );
  return { ...result, at };
}

test('another listing that shows the same, in whatever order, is enough', async () => {
  const second = of('b', 'a');
  const { last, at } = await reading(() => second);
  expect(last).toBe(second);
  expect(at).toEqual([0]);
});

test.each([
  ['lacks one', of('a')],
  ['has one more', of('a', 'b', 'c')],
  ['has another', of('a', 'c')],
])('one that %s is read again, until two in a row show the same', async (_, other) => {
  const { last, at } = await reading(() => other);
  expect(last).toBe(other);
  expect(at).toEqual([0, 250]);
});

test('one that is another at each moment is read twice at the end, with no pause between', async () => {
  const { last, at } = await reading((now) => of(String(now)));
  expect(last).toEqual(of('30000'));
  expect(at.slice(-2)).toEqual([30_000, 30_000]);
});

test('one that is another each time is an error after half a minute', async () => {
  let looks = 0;
  const { error, at } = await reading(() => of(String(++looks)));
  expect(at.at(-1)).toBe(30_000);
  expect(error).toHaveProperty(
    'message',
    'The list of background processes: it changed on every read for 30 s, so a missing process cannot be told from a skipped one. Run the job again when fewer runs are at work there.',
  );
});
