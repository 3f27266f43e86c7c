/** How a process lives once it runs. It starts, and stays up, unless it exits. */
export interface ProcessLife {
  /** How it ends, counted from each start. */
  readonly exits?: {
    readonly code: number;
    readonly afterMs: number;
    /** How often; for ever if left out. */
    readonly times?: number;
    /** Whether it is started again after the last of these. */
    readonly startsAgain?: boolean;
  };
  /** What it prints before it exits, a line each. */
  readonly prints?: readonly string[];
}

export const staysUp: ProcessLife = {};

/** Recorded: a Horizon without its Redis exited every 0.6 s, with code 1. */
export function loops({
  code = 1,
  prints = ['  Connection refused  '],
}: {
  code?: number;
  prints?: readonly string[];
} = {}): ProcessLife {
  return { exits: { code, afterMs: 600 - RESTART_MS }, prints };
}

/** One exit, so long after the start; then it stays up, or down if it does not start again. */
export function exitsOnce({
  code = 1,
  afterMs = 20_000,
  startsAgain = true,
}: {
  code?: number;
  afterMs?: number;
  startsAgain?: boolean;
} = {}): ProcessLife {
  return { exits: { code, afterMs, times: 1, startsAgain } };
}

/** Recorded: about so long from an exit to the next start. */
export const RESTART_MS = 50;
