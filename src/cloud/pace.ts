import type { Pace } from '../processes/plan/pace.ts';

/** Documented: 30 requests a minute that create or change something, for the whole organization. */
export const cloudPace: Pace = { changes: 30, window: 60_000 };
