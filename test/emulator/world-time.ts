/** How somebody stands who has nothing to do but wait. */
export interface Rest {
  /** Milliseconds until it goes on by itself. */
  readonly wakesIn: number;
  /** Requests that it has sent, and whose answers it waits for. */
  readonly inFlight: number;
}

/** A step that shares the time of a world. */
export interface Party {
  /** Says how it stands; undefined when it has something to do. */
  rests(rest: Rest | undefined): void;
  leave(): void;
}

interface Member {
  /** The moment at which it goes on by itself; undefined while it has something to do. */
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
 * The time of one emulated world and of the steps that run against it: real time, until all of them only wait. Then it
 * moves on to the moment at which the first goes on. A step that shares it never waits for nothing, and what
 * happens, happens in the same order.
 */
export class WorldTime {
  /** Milliseconds by which this time is ahead of real time. */
  #ahead = 0;
  readonly #members = new Set<Member>();
  readonly #tasks = new Set<Task>();
  readonly #held: () => number;
  #looking = false;

  /** With `held`, which tells how many requests have come in that are answered later, or never. */
  constructor(held: () => number) {
    this.#held = held;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  /** Milliseconds by which it is ahead of real time: what somebody who joins has to know. */
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

  /** Takes part in this time from now on; `moved` is told each time by how much it is ahead of real time. */
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

  /** Drops what was to happen later. */
  end(): void {
    for (const { timer } of this.#tasks) clearTimeout(timer);
    this.#tasks.clear();
    this.#members.clear();
  }

  /** Sees whether all only wait, once what is being handled right now is done; to be called when a request is held. */
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
    // First, so that an answer that is sent now finds the step's clock set.
    for (const { moved } of this.#members) moved(this.#ahead);
    for (const task of [...this.#tasks].sort((a, b) => a.at - b.at)) {
      clearTimeout(task.timer);
      if (task.at <= now) task.run();
      else task.timer = setTimeout(() => task.run(), task.at - now);
    }
  }

  /** Milliseconds in which nothing will happen; 0 if something may. */
  #idleFor(): number {
    let inFlight = 0;
    let first = Number.POSITIVE_INFINITY;
    for (const member of this.#members) {
      if (member.wakesAt === undefined) return 0;
      inFlight += member.inFlight;
      first = Math.min(first, member.wakesAt);
    }
    // A request that nobody holds back is on its way, or so is its answer.
    if (this.#members.size === 0 || inFlight !== this.#held()) return 0;
    for (const { at } of this.#tasks) first = Math.min(first, at);
    return Number.isFinite(first) ? Math.ceil(first - this.now()) : 0;
  }
}
