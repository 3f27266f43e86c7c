/**
 * A status that moves on by itself: every time it is shown, the next showing is one further. It stays with the last, or
 * goes round and round in those that are to follow.
 */
export class StateScript {
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
