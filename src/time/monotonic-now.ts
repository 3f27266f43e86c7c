/**
 * Milliseconds on a clock that never goes back. In place of `performance.now()`, also in undici's code: that global
 * loads node:perf_hooks, which takes two milliseconds.
 */
export function monotonicNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
