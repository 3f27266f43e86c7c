import { expect, test } from 'vitest';
import { cloudMaker } from '../../src/cloud/maker.ts';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import { Claim } from '../../src/converge/claim.ts';
import { Limit } from '../../src/converge/semaphore.ts';
import { Failure } from '../../src/failure.ts';
import { listingOf } from '../support/listing.ts';
import { timingOn } from '../support/timing.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { existing, FakeStore } from './fake-cloud.ts';

test('nothing is removed where nothing may be written, such as on a managed queue', async () => {
  const clock = new VirtualClock();
  const process = existing({ id: 'p1' });
  const store = new FakeStore(clock, [process]);
  const managed = new Failure({ what: 'The instance', why: 'it is a managed queue' });
  store.mayWrite = () => {
    throw managed;
  };
  const limit = new Limit(1);
  const timing = timingOn(clock);
  const claim = new Claim<ExistingProcess>({
    limit,
    cancelled: timing.cancelled,
    isOpenTo: () => true,
    onCreated: () => undefined,
  });
  const maker = cloudMaker(listingOf([process]), { ...timing, store, limit });
  await expect(maker.remove(process, claim, () => undefined)).rejects.toBe(managed);
  expect([store.calls, claim.wrote]).toEqual([[], false]);
});
