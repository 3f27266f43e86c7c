import { describe, expect, test } from 'vitest';
import { failureOf } from './test-client.ts';
import { VirtualClock } from './virtual-clock.ts';

describe('virtual time', () => {
  test('moves only when everything is asleep, to the moment when the first wakes', async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    const task = async (name: string, ...pauses: number[]): Promise<void> => {
      for (const pause of pauses) {
        await clock.sleep(pause);
        for (let turn = 0; turn < 20; turn++) await Promise.resolve();
        seen.push(`${name} at ${clock.now()}`);
      }
    };
    await clock.run(Promise.all([task('a', 10, 10), task('b', 15, 1), task('c', 10)]));
    expect(seen).toEqual(['a at 10', 'c at 10', 'b at 15', 'b at 16', 'a at 20']);
  });

  test('leaves what sleeps longer than the task asleep', async () => {
    const clock = new VirtualClock();
    let woken = false;
    void clock.sleep(100).then(() => {
      woken = true;
    });
    await clock.run(clock.sleep(50));
    expect([clock.now(), woken]).toEqual([50, false]);
    await clock.run(clock.sleep(50));
    expect([clock.now(), woken]).toEqual([100, true]);
  });

  test('a sleeper is roused by its signal, and costs no time', async () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const sleeping = failureOf(clock.sleep(1_000, stop.signal));
    stop.abort(new Error('enough'));
    expect(await clock.run(sleeping)).toHaveProperty('message', 'enough');
    expect(await clock.run(failureOf(clock.sleep(1, stop.signal)))).toHaveProperty('message', 'enough');
    expect(clock.now()).toBe(0);
  });

  test('a task that nothing can end is an error, and not a hang', async () => {
    const clock = new VirtualClock();
    await expect(clock.run(new Promise(() => undefined))).rejects.toThrow('waits for something');
  });

  test('the task’s own error comes through', async () => {
    const clock = new VirtualClock();
    const task = clock.sleep(5).then(() => {
      throw new Error('its own');
    });
    await expect(clock.run(task)).rejects.toThrow('its own');
  });
});
