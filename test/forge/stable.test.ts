import { expect, test } from 'vitest';
import { type Steadiness, watchStatus } from '../../src/forge/stable.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { processOf } from './forge-server.ts';
import { waitingOn } from './waiting-on.ts';

/** Each look shows the next of the pictures, one status a process; the last one stays. An empty status: it is gone. */
async function watched(pictures: readonly (readonly string[])[], span = 30_000) {
  const clock = new VirtualClock();
  let looks = 0;
  const show = (picture: readonly string[]) =>
    picture.flatMap((status, index) =>
      status === '' ? [] : [processOf({ id: String(31 + index), status })],
    );
  const first = show((pictures[0] ?? []).map((status) => status || 'running'));
  const seen = await clock.run(
    watchStatus(
      first,
      span,
      { look: async () => show(pictures[Math.min(looks++, pictures.length - 1)] ?? []), requests: 1 },
      waitingOn(clock),
    ),
  );
  return { seen, looks, now: clock.now() };
}

const stableOf = (seen: readonly Steadiness[]) => seen.map(({ stable }) => stable);

test('a process that is running at every look is stable, and the look is taken calmly', async () => {
  const { seen, looks, now } = await watched([['running', 'running']]);
  expect(stableOf(seen)).toEqual(['true', 'true']);
  expect([looks, now]).toEqual([7, 30_000]);
});

test('the time begins when all are up', async () => {
  const { seen, now } = await watched([['installing'], ['starting'], ['running']]);
  expect(stableOf(seen)).toEqual(['true']);
  expect(now).toBe(40_000);
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
  const { seen } = await watched(pictures);
  expect(seen).toMatchObject([{ stable: 'false', why: expect.stringContaining(why) }]);
});

test.each(['installed', 'unknown'])('of one that is only %s nothing is known', async (status) => {
  const { seen } = await watched([[status]]);
  expect(stableOf(seen)).toEqual(['unknown']);
});
