/** How a process lives once it runs. It starts, and stays up, unless it exits. */
export interface ProcessLife {
  /** How it ends, each time, counted from each start. */
  readonly exits?: {
    readonly code: number;
    readonly afterMs: number;
    /** Milliseconds until it starts again. */
    readonly restartMs?: number;
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

/** Recorded: about so long from an exit to the next start. */
export const RESTART_MS = 50;
