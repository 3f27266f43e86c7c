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
