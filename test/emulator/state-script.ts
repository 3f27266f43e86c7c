/** A status that moves on by itself. */
export interface Progress {
  /** What an onlooker saw last, or would see now. */
  readonly current: string;
  /** A look. */
  show(): string;
}

/**
 * Moves on with each look: every time it is shown, the next showing is one further. It stays with the last, or goes
 * round and round in those that are to follow.
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

  /** What an onlooker saw last; the first state if nobody has looked. */
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

/** Moves on with time, from the first state to the last, whoever looks. */
export class TimedScript implements Progress {
  readonly #states: readonly string[];
  readonly #begins: number;
  readonly #now: () => number;
  /** When it reaches the last state. */
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
