import { describe, expect, test } from 'vitest';
import type { Fault } from '../emulator/faults.ts';
import { seededRandom } from '../support/seeded-random.ts';
import type { StepRun } from './harness/run-action.ts';
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

/** One create is carried out, and its answer is lost. */
function loseOne({ emulator }: Shop, seed: number): void {
  const random = seededRandom(seed);
  const fault = lost[Math.floor(random() * lost.length)] ?? { kind: 'reset', acts: true };
  emulator.faults.add({ ...fault, on: 'POST', nth: 1 + Math.floor(random() * runs) });
}

describe('a dozen runs at once, with a quarter of the requests failing and lists a second behind', () => {
  const seeds = Array.from({ length: repetitions }, (_, index) => [index + 1]);
  const race = async (shop: Shop) =>
    await Promise.all(
      Array.from({ length: runs }, async () => {
        const step = await shop.start({}, { time: shop.emulator.time }).done;
        return { ...step, endedAt: shop.emulator.time.now() };
      }),
    );
  const reported = (steps: readonly StepRun[]) =>
    new Set(steps.flatMap(({ exitCode, outputs }) => (exitCode === 0 ? outputs['process-id'] : [])));

  const removedAt = ({ emulator }: Shop, id = '') =>
    emulator.requests.findLast(({ method, path }) => method === 'DELETE' && path.endsWith(id))?.at ??
    Infinity;

  test.each(seeds)('end with one process, which every run names that succeeds (%i)', async (seed) => {
    await using shop = await openShop({ listLag: 1_000 });
    openFire(shop, seed);
    const steps = await race(shop);

    expect(shop.ids()).toHaveLength(1);
    expect(reported(steps)).toEqual(new Set(shop.ids()));
  });

  test.each(seeds)(
    'and where one create loses its answer, two are left only if a run says so (%i)',
    async (seed) => {
      await using shop = await openShop({ listLag: 1_000 });
      loseOne(shop, seed);
      openFire(shop, seed);
      const steps = await race(shop);

      // Its run has waited for the others, and then gives way to the one that nobody knows to be its own.
      for (const { exitCode, outputs, endedAt } of steps)
        if (exitCode === 0) expect(removedAt(shop, outputs['process-id'])).toBeGreaterThan(endedAt);
      const errors = steps.flatMap((step) => step.errors).join('\n');
      const untold = shop.ids().filter((id) => !errors.includes(id));
      expect(untold.length).toBeLessThanOrEqual(1);
    },
  );
});

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
