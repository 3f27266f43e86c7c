import { expect, test } from 'vitest';
import type { RunningAction, StepRun } from './run-action.ts';

/** True on Windows, where a signal ends a process at once, so that no test can observe a cancellation. */
export const onWindows = process.platform === 'win32';

/** A test that sends signals. */
export const unlessWindows = test.skipIf(onWindows);

/** Sends a signal to a step as soon as the condition is true, and returns how the step ended. */
export async function stopWhen(
  running: RunningAction,
  signal: NodeJS.Signals,
  condition: () => boolean,
): Promise<StepRun> {
  await expect.poll(condition, { timeout: 30_000, interval: 10 }).toBe(true);
  running.child.kill(signal);
  return await running.done;
}
