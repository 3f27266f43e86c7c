import { test } from 'vitest';

/** True on Windows, where a signal ends a process at once, so that no test can observe a cancellation. */
export const onWindows = process.platform === 'win32';

/** A test that sends signals. */
export const unlessWindows = test.skipIf(onWindows);
