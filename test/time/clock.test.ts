import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/time.ts';
import { failureOf } from '../support/test-client.ts';

describe('the system’s clock', () => {
  test('goes on while it sleeps, in milliseconds', async () => {
    const before = systemClock.now();
    await systemClock.sleep(5);
    // A timer may end a fraction early.
    expect(systemClock.now() - before).toBeGreaterThan(3);
    expect(systemClock.now() - before).toBeLessThan(60_000);
  });

  test('wakes with the signal’s reason', async () => {
    const stop = new AbortController();
    const sleeping = failureOf(systemClock.sleep(3_600_000, stop.signal));
    stop.abort(new Error('enough'));
    expect(await sleeping).toHaveProperty('message', 'enough');
  });

  test('does not lie down when the signal was given before', async () => {
    const error = await failureOf(systemClock.sleep(3_600_000, AbortSignal.abort(new Error('enough'))));
    expect(error).toHaveProperty('message', 'enough');
  });

  test('sleeps through when the signal is never given', async () => {
    await systemClock.sleep(1, new AbortController().signal);
  });
});
