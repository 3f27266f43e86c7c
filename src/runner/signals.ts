import { Cancelled } from '../failure.ts';

/**
 * Milliseconds for running writes after a cancellation. The runner sends SIGINT, 7.5 s later SIGTERM, and kills the
 * step 2.5 s after that.
 */
const graceForWrites = 4_000;

export interface StopSignals {
  /** Aborted at the first signal; its reason is a `Cancelled`. */
  readonly cancelled: AbortSignal;
  /**
   * Aborted a few seconds after `cancelled`, before the runner kills the step: until then, running writes may finish.
   */
  readonly cutOff: AbortSignal;
  /** Stops listening, so that Node.js can end. */
  release(): void;
}

export function listenForStop(): StopSignals {
  const cancelled = new AbortController();
  const cutOff = new AbortController();
  let timer: NodeJS.Timeout | undefined;

  const stop = (signal: NodeJS.Signals): void => {
    if (cancelled.signal.aborted) return;
    const reason = new Cancelled({
      what: 'Not started',
      why: `the step was cancelled (${signal})`,
    });
    cancelled.abort(reason);
    timer = setTimeout(() => cutOff.abort(reason), graceForWrites);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);

  return {
    cancelled: cancelled.signal,
    cutOff: cutOff.signal,
    release() {
      clearTimeout(timer);
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}
