import { type Answer, failure } from './answer.ts';

export interface RateLimitOptions {
  /** Whether requests over a limit are turned away, or only counted. */
  enforced: boolean;
  /** How many requests fit into a minute, which begins with the first one that it counts: all of them, those that create or change, commands, and reads of a log. */
  general: number;
  changes: number;
  commands: number;
  logs: number;
  /** Whether a refusal carries X-RateLimit-Reset, in epoch seconds, beside Retry-After. */
  tellsReset: boolean;
}

const windowMs = 60_000;

type Kind = 'general' | 'changes' | 'commands' | 'logs';

/** Not told by Cloud which endpoints these are; assumed from its words. */
const STRICTER: Record<string, Kind> = {
  createBackgroundProcess: 'changes',
  updateBackgroundProcess: 'changes',
  deleteBackgroundProcess: 'changes',
  createDeployment: 'changes',
  createCommand: 'commands',
  showEnvironmentLogs: 'logs',
};

/** Counts the requests of a whole organization. One that has a stricter limit of its own counts towards both. */
export class RateLimits {
  readonly options: RateLimitOptions;
  readonly #windows = new Map<Kind, { openedAt: number; used: number }>();

  constructor(options: RateLimitOptions) {
    this.options = options;
  }

  /** Counts a request; the refusal if it is one too many. What the general limit lets pass counts there, come what may. */
  take(now: number, operation: string): Answer | undefined {
    for (const kind of kindsOf(operation)) {
      const window = this.#window(kind, now);
      if (this.options.enforced && window.used >= this.options[kind]) return this.#refusal(kind, now);
      window.used += 1;
    }
    return undefined;
  }

  /** Tells of the limit that is nearest to being reached. */
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
      ...(this.options.tellsReset ? { 'X-RateLimit-Reset': String(Math.ceil(ends / 1000)) } : {}),
      'Retry-After': String(Math.max(0, Math.ceil((ends - now) / 1000))),
    };
    return { ...failure(429, 'Too Many Attempts.'), headers };
  }

  #count(kind: Kind, now: number): Record<string, string> {
    return {
      'X-RateLimit-Limit': String(this.options[kind]),
      'X-RateLimit-Remaining': String(this.#remaining(kind, now)),
    };
  }

  #remaining(kind: Kind, now: number): number {
    return Math.max(0, this.options[kind] - this.#window(kind, now).used);
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
