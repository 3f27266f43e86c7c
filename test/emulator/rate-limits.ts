import { type Answer, failure } from './answer.ts';

const windowMs = 60_000;

type Kind = 'general' | 'changes' | 'commands' | 'logs';

/** The endpoints with a stricter limit. Laravel Cloud does not name them; assumed from its documentation. */
const STRICTER: Record<string, Kind> = {
  createBackgroundProcess: 'changes',
  updateBackgroundProcess: 'changes',
  deleteBackgroundProcess: 'changes',
  createDeployment: 'changes',
  createCommand: 'commands',
  showEnvironmentLogs: 'logs',
};

/**
 * The rate limits of an organization, for a minute that begins with the first counted request. A request with a
 * stricter limit counts towards the general one, too.
 */
export class RateLimits {
  /** True to refuse requests over a limit; false to count them only. */
  enforced: boolean;
  readonly #limits: Record<Kind, number>;
  readonly #windows = new Map<Kind, { openedAt: number; used: number }>();

  constructor(limits: Record<Kind, number>, enforced: boolean) {
    this.#limits = limits;
    this.enforced = enforced;
  }

  /**
   * Counts a request. Returns the refusal of a request over a limit. A request within the general limit counts there
   * even if a stricter limit refuses it.
   */
  take(now: number, operation: string): Answer | undefined {
    for (const kind of kindsOf(operation)) {
      const window = this.#window(kind, now);
      if (this.enforced && this.#remaining(kind, now) === 0) return this.#refusal(kind, now);
      window.used += 1;
    }
    return undefined;
  }

  /** Returns the headers about the limit with the fewest remaining requests. */
  headers(now: number, operation: string): Record<string, string> {
    const [nearest = 'general'] = kindsOf(operation).sort(
      (a, b) => this.#remaining(a, now) - this.#remaining(b, now),
    );
    return this.#count(nearest, now);
  }

  #refusal(kind: Kind, now: number): Answer {
    const ends = this.#window(kind, now).openedAt + windowMs;
    const headers = {
      ...this.#count(kind, now),
      'X-RateLimit-Reset': String(Math.ceil(ends / 1000)),
      'Retry-After': String(Math.max(0, Math.ceil((ends - now) / 1000))),
    };
    return { ...failure(429, 'Too Many Attempts.'), headers };
  }

  #count(kind: Kind, now: number): Record<string, string> {
    return {
      'X-RateLimit-Limit': String(this.#limits[kind]),
      'X-RateLimit-Remaining': String(this.#remaining(kind, now)),
    };
  }

  #remaining(kind: Kind, now: number): number {
    return Math.max(0, this.#limits[kind] - this.#window(kind, now).used);
  }

  #window(kind: Kind, now: number): { openedAt: number; used: number } {
    const open = this.#windows.get(kind);
    if (open !== undefined && now - open.openedAt < windowMs) return open;
    const fresh = { openedAt: now, used: 0 };
    this.#windows.set(kind, fresh);
    return fresh;
  }
}

function kindsOf(operation: string): Kind[] {
  const stricter = STRICTER[operation];
  return stricter === undefined ? ['general'] : ['general', stricter];
}
