import { expect, test } from 'vitest';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import { cloudService } from '../../src/cloud/service.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import type { Listing } from '../../src/converge/listing.ts';
import { settledPlan } from '../../src/converge/plan.ts';
import { existing } from '../support/existing.ts';
import { listingOf } from '../support/listing.ts';
import { runtimeOn } from '../support/runtime.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const worker: ProcessSpec = { type: 'worker', processes: 1, config: {} };
const [one, two] = [existing({ id: 'p1' }), existing({ id: 'p2' })];

async function planning(
  listings: Readonly<Record<string, Listing<ExistingProcess>>>,
  later: (id: string) => Listing<ExistingProcess>,
  prune = false,
) {
  const clock = new VirtualClock();
  const looks: string[] = [];
  const states = Object.entries(listings).map(([id, listing]) => ({
    place: { id, name: id },
    declared: [worker],
    listing,
  }));
  const look = async ({ id }: { readonly id: string }) => {
    looks.push(id);
    return later(id);
  };
  const settings = { service: cloudService, prune };
  const planned = await clock.run(
    settledPlan(states, look, settings, { runtime: runtimeOn(clock) }).then(
      (value) => ({ value, error: undefined }),
      (error: unknown) => ({ value: undefined, error }),
    ),
  );
  return { ...planned, looks, clock };
}

test('only the places where more match than are declared are looked at again, until a race has settled', async () => {
  const { value, looks } = await planning({ a: listingOf([one, two]), b: listingOf([one]) }, () =>
    listingOf([two]),
  );
  expect(looks).toEqual(['a']);
  expect(value?.states.map(({ listing }) => listing.processes)).toEqual([[two], [one]]);
  expect(value?.plan.operations.map(({ action }) => action)).toEqual(['keep', 'keep']);
});

test('what stays is an error, at once where all of them are old', async () => {
  const serverTime = Date.UTC(2026, 3, 4, 12);
  const { error, looks } = await planning(
    { b: listingOf([one]), a: listingOf([one, two], { serverTime }) },
    () => listingOf([]),
  );
  expect(error).toHaveProperty('message', expect.stringContaining('The plan: more processes match'));
  expect(looks).toEqual([]);
});

test('what may exist already, and cannot be identified, is an error', async () => {
  const { error } = await planning({ a: listingOf([{ ...one, doubt: 'it is odd' }]) }, () => listingOf([]));
  expect(error).toHaveProperty(
    'message',
    expect.stringContaining('a: worker on queue default: p1 (it is odd)'),
  );
});

test('what prune decides is looked at again as well, and is no error', async () => {
  const { value, looks } = await planning({ a: listingOf([one, two]) }, () => listingOf([one, two]), true);
  expect(looks.length).toBeGreaterThan(5);
  expect(value?.plan.operations.map(({ action }) => action)).toEqual(['keep', 'delete']);
});
