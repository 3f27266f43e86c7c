import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Party, WorldTime } from './world-time.ts';

const hour = 3_600_000;

let held: number;
let time: WorldTime;
let started: number;

beforeEach(() => {
  held = 0;
  time = new WorldTime(() => held);
  started = time.now();
});

afterEach(() => time.end());

/** Hours that have passed, after everybody has had a turn. */
async function hours(): Promise<number> {
  await turn();
  await turn();
  return Math.floor((time.now() - started) / hour);
}

function join(): Party & { moves: number } {
  const party = time.join(() => {
    joined.moves += 1;
  });
  const joined = { ...party, moves: 0 };
  return joined;
}

describe('the time of a world', () => {
  test('moves on to where the first of its steps wakes, and tells all', async () => {
    const [one, other] = [join(), join()];
    one.rests({ wakesIn: hour, inFlight: 0 });
    other.rests({ wakesIn: 2 * hour, inFlight: 0 });
    expect(await hours()).toBe(1);
    expect([one.moves, other.moves]).toEqual([1, 1]);

    one.rests({ wakesIn: 2 * hour, inFlight: 0 });
    expect(await hours()).toBe(2);
    other.rests({ wakesIn: 5 * hour, inFlight: 0 });
    expect(await hours()).toBe(3);
  });

  test('does not move while a step has something to do', async () => {
    const [one, other] = [join(), join()];
    one.rests({ wakesIn: hour, inFlight: 0 });
    expect(await hours()).toBe(0);
    other.rests({ wakesIn: hour, inFlight: 0 });
    one.rests(undefined);
    expect(await hours()).toBe(0);
    one.leave();
    expect(await hours()).toBe(1);
  });

  test('lets happen what comes a moment after the one it moved on to, while a step is busy', async () => {
    const step = join();
    const both = [hour, hour + 2].map((ms) => new Promise<void>((resolve) => time.later(ms, resolve)));
    held = 1;
    step.rests({ wakesIn: 2 * hour, inFlight: 1 });
    await both[0];
    step.rests(undefined);
    await both[1];
    expect(await hours()).toBe(1);
  });

  test('does not move while a request or its answer is on its way', async () => {
    const step = join();
    step.rests({ wakesIn: hour, inFlight: 1 });
    expect(await hours()).toBe(0);
    held = 1;
    time.lookSoon();
    expect(await hours()).toBe(1);
  });

  test('is real time for nobody', async () => {
    time.later(hour, () => expect.unreachable());
    expect(await hours()).toBe(0);
  });

  test('what is to happen later happens in its order, while all wait', async () => {
    const events: string[] = [];
    time.later(2 * hour, () => events.push(`second at ${Math.floor((time.now() - started) / hour)}`));
    time.later(hour, () => events.push(`first at ${Math.floor((time.now() - started) / hour)}`));
    join().rests({ wakesIn: 3 * hour, inFlight: 0 });
    for (let turns = 0; turns < 5; turns++) await turn();
    expect(events).toEqual(['first at 1', 'second at 2']);
    expect(await hours()).toBe(3);
  });
});
