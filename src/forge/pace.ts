import type { Pace } from '../processes/plan/pace.ts';

/** Documented: 60 requests a minute for a user. A change takes about three: itself, and looks at what came of it. */
export const forgePace: Pace = { changes: 20, window: 60_000 };
