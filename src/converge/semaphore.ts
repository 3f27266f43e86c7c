/** A limit of the number of parallel tasks. The others wait for their turn, urgent tasks first. */
export class Semaphore {
  readonly #most: number;
  #running = 0;
  readonly #urgent: (() => void)[] = [];
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  get most(): number {
    return this.#most;
  }

  async run<T>(task: () => Promise<T>, urgency?: 'urgent'): Promise<T> {
    await this.#turn(urgency === 'urgent' ? this.#urgent : this.#waiting);
    try {
      return await task();
    } finally {
      const next = this.#urgent.shift() ?? this.#waiting.shift();
      // The next task takes over this place, so the count stays.
      if (next === undefined) this.#running--;
      else next();
    }
  }

  async #turn(queue: (() => void)[]): Promise<void> {
    if (this.#running < this.#most) this.#running++;
    else await new Promise<void>((resolve) => queue.push(resolve));
  }
}
