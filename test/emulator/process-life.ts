/** The life of a running process. Without `exits`, the process stays up. */
export interface ProcessLife {
  /** The exit after each start, in milliseconds from the start. */
  readonly exits?: {
    readonly code: number;
    readonly afterMs: number;
    /** Milliseconds from an exit to the next start; by default `RESTART_MS`. */
    readonly restartMs?: number;
  };
  /** The lines that the process prints before an exit. */
  readonly prints?: readonly string[];
}

export const staysUp: ProcessLife = {};

/**
 * Returns the life of a process that keeps exiting. Recorded: Horizon without its Redis exited every 0.6 s, with code
 * 1.
 */
export function loops({
  code = 1,
  prints = ['  Connection refused  '],
}: {
  code?: number;
  prints?: readonly string[];
} = {}): ProcessLife {
  return { exits: { code, afterMs: 600 - RESTART_MS }, prints };
}

/** Milliseconds from an exit to the next start. Recorded, approximately. */
export const RESTART_MS = 50;
