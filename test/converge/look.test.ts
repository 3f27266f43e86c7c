import { describe, expect, test } from 'vitest';
import { lookFor, Pacer, paced } from '../../src/converge/look.ts';
import { Deadline } from '../../src/time.ts';
import { runtimeOn, VirtualClock } from '../support/virtual-clock.ts';

/** A run on a virtual clock whose every look sends so many requests, and the moments of its looks. */
function waiting(reads: number) {
  const clock = new VirtualClock();
  const meter = { clock, reads: 0 };
  const pacer = new Pacer(meter);
  const runtime = runtimeOn(clock, { pacer });
  const looks: number[] = [];
  const look = async () => {
    looks.push(clock.now());
    meter.reads += reads;
    return looks.length;
  };
  return { clock, meter, pacer, runtime, looks, look };
}

const never = () => false;

describe('the looks of a run that waits', () => {
  test.each([
    ['take two seconds each', 1, 10_000, [0, 2_000, 4_000, 6_000, 8_000, 10_000]],
    ['take two seconds for each of their requests', 3, 10_000, [0, 6_000, 12_000]],
    ['wait for their turn for ten seconds past the end at most', 11, 12_000, [0, 22_000]],
    ['and else go without one, at the end', 12, 12_000, [0, 12_000]],
  ])('%s', async (_, reads, span, moments) => {
    const { clock, runtime, looks, look } = waiting(reads);
    await clock.run(lookFor(span, look, never, { runtime }));
    expect(looks).toEqual(moments);
  });

  test('of a wait with its own rhythm take their turn, except the first one and one without time left', async () => {
    const { clock, meter, pacer, runtime, looks, look } = waiting(3);
    meter.reads = 100;
    const deadline = new Deadline(clock, 8_000);
    const next = paced(look, { cancelled: runtime.cancelled, pacer, deadline });
    await clock.run(next());
    await clock.run(clock.sleep(1_000));
    await clock.run(next());
    await clock.run(next());
    expect(looks).toEqual([0, 6_000, 8_000]);
  });

  test('say every half minute how long they have waited', async () => {
    const { clock, runtime, look } = waiting(3);
    const told: number[] = [];
    await clock.run(clock.sleep(5_000));
    await clock.run(lookFor(70_000, look, never, { runtime }, { onProgress: (s) => told.push(s) }));
    expect(told).toEqual([30, 60]);
  });
});

describe('several waits at once', () => {
  test('at one place share their turns; at different places they take turns', async () => {
    const { clock, pacer, runtime } = waiting(1);
    const ended: string[] = [];
    const turn = async (name: string, place: object): Promise<void> => {
      await pacer.turn(place, runtime);
      ended.push(`${name} at ${clock.now()}`);
    };
    const [here, there] = [{}, {}];
    await clock.run(Promise.all([turn('a', here), turn('b', here), turn('c', there), turn('d', here)]));
    expect(ended).toEqual(['a at 0', 'b at 0', 'd at 0', 'c at 2000']);
    await clock.run(turn('e', here));
    expect(ended.at(-1)).toBe('e at 4000');
  });

  test('a turn pays for one request, and each further one costs two seconds', async () => {
    const { clock, meter, pacer, runtime } = waiting(0);
    pacer.begin();
    await clock.run(pacer.turn({}, runtime));
    expect(pacer.wait).toBe(2_000);
    meter.reads += 1;
    pacer.pay();
    expect(pacer.wait).toBe(2_000);
    meter.reads += 3;
    pacer.pay();
    expect(pacer.wait).toBe(8_000);
    meter.reads += 1;
    pacer.begin();
    pacer.pay();
    expect(pacer.wait).toBe(10_000);
    await clock.run(pacer.turn({}, runtime).then(() => clock.sleep(2_000)));
    meter.reads += 2;
    pacer.begin();
    pacer.pay();
    expect(pacer.wait).toBe(2_000);
  });
});
