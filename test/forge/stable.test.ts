import { expect, test } from 'vitest';
import { Pacer } from '../../src/converge/look.ts';
import { type Steadiness, watchStatus } from '../../src/forge/stable.ts';
import { runtimeOn } from '../support/runtime.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { processOf } from './forge-server.ts';

/** Each look shows the next of the pictures, one status a process; the last one stays. An empty status: it is gone. */
async function watched(pictures: readonly (readonly string[])[], span = 30_000, requests = 1) {
  const clock = new VirtualClock();
  let looks = 0;
  const meter = { clock, reads: 0 };
  const show = (picture: readonly string[]) =>
    picture.flatMap((status, index) =>
      status === '' ? [] : [processOf({ id: String(31 + index), status })],
    );
  const first = show((pictures[0] ?? []).map((status) => status || 'running'));
  const look = async () => {
    meter.reads += requests;
    return show(pictures[Math.min(looks++, pictures.length - 1)] ?? []);
  };
  const seen = await clock.run(watchStatus(first, span, { look, pacer: new Pacer(meter) }, runtimeOn(clock)));
  return { seen, looks, now: clock.now() };
}

const stableOf = (seen: readonly Steadiness[]) => seen.map(({ stable }) => stable);

test('a process that is running at every look is stable, and the look is taken calmly', async () => {
  const { seen, looks, now } = await watched([['running', 'running']]);
  expect(seen).toMatchObject([
    { stable: 'true', why: '' },
    { stable: 'true', why: '' },
  ]);
  expect([looks, now]).toEqual([7, 30_000]);
});

test.each(['backoff', 'starting', 'restarting', 'stopped', 'exited', 'fatal'])(
  'one that was up and is %s later flaps, and the watch ends at once',
  async (status) => {
    const { seen, now } = await watched([['running'], [status], ['running']]);
    expect(seen).toMatchObject([
      { stable: 'false', why: expect.stringContaining(`was running, now ${status}`) },
    ]);
    expect(now).toBe(5_000);
  },
);

test.each([
  ['has ended for good', [['fatal']], 'is fatal'],
  ['is gone', [['running'], ['']], 'is gone'],
  ['is being removed', [['running'], ['removing']], 'is gone'],
  ['does not come up', [['starting']], 'is still starting after 60 s'],
])('one that %s is not stable', async (_, pictures, why) => {
  const { seen, now } = await watched(pictures);
  expect(now).toBeLessThanOrEqual(60_000);
  expect(seen).toMatchObject([{ stable: 'false', why: expect.stringContaining(why) }]);
});

test('the time begins when the last one is up, and ends when it is over', async () => {
  const late = ['running', 'starting'];
  const { seen, now } = await watched([late, late, ['running', 'running']], 32_000);
  expect([stableOf(seen), now]).toEqual([['true', 'true'], 42_000]);
});

test('one of two that flaps or does not come up says nothing against the other, and ends the watch', async () => {
  const flapped = await watched([
    ['running', 'running'],
    ['running', 'fatal'],
  ]);
  expect([stableOf(flapped.seen), flapped.now]).toEqual([['true', 'false'], 5_000]);
  expect(stableOf((await watched([['running', 'starting']])).seen)).toEqual(['true', 'false']);
});

test('a look that takes many requests is taken less often', async () => {
  expect(await watched([['running']], 30_000, 5)).toMatchObject({ looks: 4, now: 30_000 });
});

test.each([
  ['never more than installed', [['installed']], 'installed'],
  ['not known in the end', [['running'], ['unknown']], 'unknown'],
  ['in the end in a state that Forge has added', [['running'], ['paused']], 'paused'],
])('whether one that is %s runs is not known', async (_, pictures, status) => {
  const why = `Forge reports ${status} for 31 ("php8.4 artisan horizon"), which does not say whether it runs`;
  expect((await watched(pictures)).seen).toMatchObject([{ stable: 'unknown', why }]);
});
