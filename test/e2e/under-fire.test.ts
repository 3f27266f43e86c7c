import { describe, expect, test } from 'vitest';
import type { Fault } from '../emulator/faults.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { openShop, type Shop } from './harness/shop.ts';

/** Set for the long version: how often everything is repeated. */
const repetitions = Number(process.env['UNDER_FIRE'] ?? 1);

const runs = 12;

/** Nothing is done, and the answer is of no use. */
const unserved: readonly Fault[] = [
  { kind: 'status', status: 503 },
  { kind: 'status', status: 500 },
  { kind: 'reset' },
  { kind: 'html' },
  { kind: 'rate-limit', retryAfter: 1 },
];
/** It is done, and the answer is lost. */
const lost: readonly Fault[] = [
  { kind: 'reset', acts: true },
  { kind: 'status', status: 502, acts: true },
  { kind: 'truncate' },
  { kind: 'html', acts: true },
];

/** A quarter of all requests goes wrong. Whatever goes wrong with a create, it is not carried out. */
function openFire({ emulator }: Shop, seed: number): void {
  const random = seededRandom(seed);
  for (const on of ['GET', 'POST', 'DELETE']) {
    const faults = on === 'POST' ? unserved : [...unserved, ...lost];
    for (let nth = 1; nth <= 400; nth++) {
      const fault = faults[Math.floor(random() * 4 * faults.length)];
      if (fault !== undefined) emulator.faults.add({ ...fault, on, nth });
    }
  }
}

test.each(Array.from({ length: repetitions }, (_, index) => [index + 1]))(
  'a dozen runs at once, with failing requests and lists a second behind, end with one process (%i)',
  async (seed) => {
    await using shop = await openShop({ listLag: 1_000 });
    openFire(shop, seed);
    const steps = await Promise.all(
      Array.from({ length: runs }, () => shop.start({}, { time: shop.emulator.time }).done),
    );

    expect(shop.ids()).toHaveLength(1);
    // Every run that succeeds reports it.
    const successes = steps.filter(({ exitCode }) => exitCode === 0);
    expect(new Set(successes.map(({ outputs }) => outputs['process-id']))).toEqual(new Set(shop.ids()));
  },
);

/** When the first run is killed: with its first, second, … request, before or after the server has carried it out. */
const moments = [0, 1_000].flatMap((lag) =>
  [1, 2, 3, 4, 5].flatMap((nth) => (['before', 'after'] as const).map((when) => ({ lag, nth, when }))),
);

describe('a run that is killed, and run again', () => {
  const few = repetitions > 1 ? moments : moments.filter(({ lag, nth }) => (lag > 0 ? nth >= 4 : nth === 2));

  test.each(few)(
    'leaves one process: $when its request $nth, lists $lag ms behind',
    async ({ lag, nth, when }) => {
      await using shop = await openShop({ listLag: lag });
      const { emulator } = shop;
      const first = shop.start({}, { time: emulator.time });
      const kill = () => first.child.kill('SIGKILL');
      emulator.faults.add({ kind: 'hang', acts: when === 'after', nth });
      emulator.faults.add({ kind: 'call', nth, call: kill });
      const killed = await first.done;
      // Where lists do not lag, three requests are all that it makes.
      expect(killed.signal).toBe(lag === 0 && nth > 3 ? null : 'SIGKILL');
      emulator.faults.reset();
      const second = await shop.run();

      expect(second.exitCode).toBe(0);
      expect(shop.ids()).toEqual([second.outputs['process-id']]);
    },
  );
});
