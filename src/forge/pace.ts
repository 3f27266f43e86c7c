import type { Pace } from '../processes/plan/pace.ts';

/** Documented: 60 requests a minute for a user. A change takes about four: looks before and after it, and the write. */
export const forgePace: Pace = { changes: 15, window: 60_000 };
