import type { Emulator } from '../emulator/server.ts';

/** How long an answer takes on a slow way, in milliseconds, and how much later one that follows it may come at least. */
const latency = 400;
const tolerance = 80;

/** Makes every answer slow, and gives at the end the depth of each request, in the order of arrival. */
export function watchDepth({ faults, time }: Emulator): () => number[] {
  const arrivals: number[] = [];
  faults.add({ kind: 'call', call: () => arrivals.push(time.now()), times: Infinity });
  faults.add({ kind: 'slow', ms: latency, times: Infinity });
  return () => {
    const depths: { readonly depth: number; readonly answered: number }[] = [];
    for (const arrival of arrivals) {
      const before = depths.filter(({ answered }) => answered <= arrival + tolerance);
      const depth = 1 + Math.max(0, ...before.map((earlier) => earlier.depth));
      depths.push({ depth, answered: arrival + latency });
    }
    return depths.map(({ depth }) => depth);
  };
}
