/** A status that advances by itself. */
export interface Progress {
  /** The current status: the last shown one, or for a timed script the one of now. */
  readonly current: string;
  /** Returns the status to a reader, which may advance it. */
  show(): string;
}

/**
 * A status that advances with each read. After the last state it stays there, or cycles through the states of `round`.
 */
export class StateScript implements Progress {
  readonly #states: readonly string[];
  readonly #round: readonly string[];
  #shown = 0;

  constructor(states: readonly string[], round: readonly string[] = []) {
    if (states.length === 0) throw new Error('A script of states needs at least one');
    this.#states = states;
    this.#round = round;
  }

  /** The last shown state; the first state before any read. */
  get current(): string {
    const index = Math.max(0, this.#shown - 1);
    const further = index - this.#states.length;
    const inRound = further < 0 ? undefined : this.#round[further % this.#round.length];
    return inRound ?? this.#states[Math.min(index, this.#states.length - 1)] ?? '';
  }

  show(): string {
    this.#shown += 1;
    return this.current;
  }
}

/** A status that advances with time, from the first state to the last, independent of reads. */
export class TimedScript implements Progress {
  readonly #states: readonly string[];
  readonly #begins: number;
  readonly #now: () => number;
  /** The time of the last state, in epoch milliseconds. */
  readonly ends: number;

  constructor(
    states: readonly string[],
    { begins, takes, now }: { begins: number; takes: number; now: () => number },
  ) {
    this.#states = states;
    this.#begins = begins;
    this.#now = now;
    this.ends = begins + takes;
  }

  get current(): string {
    const last = this.#states.length - 1;
    const part = (this.#now() - this.#begins) / Math.max(1, this.ends - this.#begins);
    return this.#states[Math.max(0, Math.min(last, Math.floor(part * last)))] ?? '';
  }

  show(): string {
    return this.current;
  }
}

/** The course of a command, with one status for each read, and its result. */
export interface CommandOutcome {
  statuses: string[];
  /** The output that a read shows after the end. */
  output: string | null;
  exitCode: 0 | 1;
  failureReason: string | null;
}

export const TERMINAL_COMMAND = new Set(['command.success', 'command.failure']);

const UNDER_WAY = ['pending', 'command.created', 'command.running'];

export function succeeds(output: string | null = null): CommandOutcome {
  const statuses = [...UNDER_WAY, 'command.success'];
  return { statuses, output, exitCode: 0, failureReason: null };
}

export function fails(output: string | null = null, failureReason: string | null = null): CommandOutcome {
  const statuses = [...UNDER_WAY, 'command.failure'];
  return { statuses, output, exitCode: 1, failureReason };
}

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
