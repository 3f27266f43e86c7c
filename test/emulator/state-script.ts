/** A status that moves on by itself: every time it is shown, the next showing is one further, up to the last. */
export class StateScript {
  readonly #states: readonly string[];
  #shown = 0;

  constructor(states: readonly string[]) {
    if (states.length === 0) throw new Error('A script of states needs at least one');
    this.#states = states;
  }

  /** What an onlooker saw last; the first state if nobody has looked. */
  get current(): string {
    return this.#states[Math.max(0, this.#shown - 1)] ?? '';
  }

  show(): string {
    this.#shown = Math.min(this.#shown + 1, this.#states.length);
    return this.current;
  }
}
