/** The state of a party that only waits. */
export interface Rest {
  /** Milliseconds until the party continues by itself. */
  readonly wakesIn: number;
  /** The number of sent requests whose responses are missing. */
  readonly inFlight: number;
}

/** A step that shares the time of a world. */
export interface Party {
  /** Reports the state; undefined when the party has work to do. */
  rests(rest: Rest | undefined): void;
  leave(): void;
}

interface Member {
  /** The time at which the member continues by itself; undefined while it has work to do. */
  wakesAt: number | undefined;
  inFlight: number;
  readonly moved: (ahead: number) => void;
}

interface Task {
  readonly at: number;
  readonly run: () => void;
  timer: NodeJS.Timeout;
}

/**
 * The time of an emulated world and of the steps that run against it. While a step works, the time is real; when all
 * steps only wait, the time jumps to the next event. So no step waits in real time, and the order of events stays the
 * same.
 */
export class WorldTime {
  /** Milliseconds ahead of real time. */
  #ahead = 0;
  readonly #members = new Set<Member>();
  readonly #tasks = new Set<Task>();
  readonly #held: () => number;
  #looking = false;

  /** `held`: returns the number of received requests whose response comes later, or never. */
  constructor(held: () => number) {
    this.#held = held;
  }

  /** Returns the time in milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  /** Milliseconds ahead of real time, for a step that joins. */
  get ahead(): number {
    return this.#ahead;
  }

  later(ms: number, run: () => void): void {
    const task: Task = {
      at: this.now() + ms,
      run: () => {
        clearTimeout(task.timer);
        if (this.#tasks.delete(task)) run();
        this.lookSoon();
      },
      timer: setTimeout(() => task.run(), ms),
    };
    this.#tasks.add(task);
  }

  /** Adds a party. `moved`: called after each jump, with the milliseconds ahead of real time. */
  join(moved: (ahead: number) => void): Party {
    const member: Member = { wakesAt: undefined, inFlight: 0, moved };
    this.#members.add(member);
    return {
      rests: (rest) => {
        member.wakesAt = rest && this.now() + rest.wakesIn;
        member.inFlight = rest?.inFlight ?? 0;
        this.lookSoon();
      },
      leave: () => {
        this.#members.delete(member);
        this.lookSoon();
      },
    };
  }

  /** Drops all members and later tasks. */
  end(): void {
    for (const { timer } of this.#tasks) clearTimeout(timer);
    this.#tasks.clear();
    this.#members.clear();
  }

  /** Checks, after the current event, whether all members only wait. To be called when a request is held. */
  lookSoon(): void {
    if (this.#looking) return;
    this.#looking = true;
    setImmediate(() => {
      this.#looking = false;
      this.#moveOn();
    });
  }

  #moveOn(): void {
    const step = this.#idleFor();
    if (step <= 0) return;
    this.#ahead += step;
    const now = this.now();
    for (const member of this.#members) {
      if (member.wakesAt !== undefined && member.wakesAt <= now) member.wakesAt = undefined;
    }
    // First, so that the step's clock is set before a response arrives.
    for (const { moved } of this.#members) moved(this.#ahead);
    for (const task of [...this.#tasks].sort((a, b) => a.at - b.at)) {
      clearTimeout(task.timer);
      if (task.at <= now) task.run();
      else task.timer = setTimeout(() => task.run(), task.at - now);
    }
  }

  /** Returns the milliseconds until the next event; 0 if an event may happen now. */
  #idleFor(): number {
    let inFlight = 0;
    let first = Number.POSITIVE_INFINITY;
    for (const member of this.#members) {
      if (member.wakesAt === undefined) return 0;
      inFlight += member.inFlight;
      first = Math.min(first, member.wakesAt);
    }
    // If the numbers differ, a request or a response is still on its way.
    if (this.#members.size === 0 || inFlight !== this.#held()) return 0;
    for (const { at } of this.#tasks) first = Math.min(first, at);
    return Number.isFinite(first) ? Math.ceil(first - this.now()) : 0;
  }
}
