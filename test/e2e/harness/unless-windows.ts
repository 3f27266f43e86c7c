import { test } from 'vitest';

/** There a process cannot be sent a signal: it is ended at once, and nothing can be said about how it stops. */
export const onWindows = process.platform === 'win32';

/** A test that sends signals. */
export const unlessWindows = test.skipIf(onWindows);
