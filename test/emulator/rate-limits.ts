import { type Answer, failure } from './answer.ts';

export interface RateLimitOptions {
  /** Whether requests over a limit are turned away, or only counted. */
  enforced: boolean;
  /** How long a window lasts; each opens with the first request that it counts. */
  windowMs: number;
  /** How many requests fit into a window: all of them, those that create or change, commands, and reads of a log. */
  general: number;
  changes: number;
  commands: number;
  logs: number;
  /** Which answers carry X-RateLimit-Reset. */
  resetOn: 'no answer' | 'refusals' | 'every answer';
  /** How it is written: epoch seconds, or seconds from now. */
  reset: 'absolute' | 'relative';
  /** Whether a refusal carries Retry-After. */
  retryAfter: boolean;
}

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
    const reset = this.options.resetOn === 'every answer' ? this.#reset(nearest, now) : {};
    return { ...this.#count(nearest, now), ...reset };
  }

  #refusal(kind: Kind, now: number): Answer {
    const { retryAfter, resetOn } = this.options;
    const headers = {
      ...this.#count(kind, now),
      ...(resetOn === 'no answer' ? {} : this.#reset(kind, now)),
      ...(retryAfter ? { 'Retry-After': String(this.#secondsLeft(kind, now)) } : {}),
    };
    return { ...failure(429, 'Too Many Attempts.'), headers };
  }

  #count(kind: Kind, now: number): Record<string, string> {
    return {
      'X-RateLimit-Limit': String(this.options[kind]),
      'X-RateLimit-Remaining': String(this.#remaining(kind, now)),
    };
  }

  #reset(kind: Kind, now: number): Record<string, string> {
    const ends = Math.ceil((this.#window(kind, now).openedAt + this.options.windowMs) / 1000);
    const value = this.options.reset === 'absolute' ? ends : this.#secondsLeft(kind, now);
    return { 'X-RateLimit-Reset': String(value) };
  }

  #remaining(kind: Kind, now: number): number {
    return Math.max(0, this.options[kind] - this.#window(kind, now).used);
  }

  #secondsLeft(kind: Kind, now: number): number {
    const ends = this.#window(kind, now).openedAt + this.options.windowMs;
    return Math.max(0, Math.ceil((ends - now) / 1000));
  }

  #window(kind: Kind, now: number): { openedAt: number; used: number } {
    const open = this.#windows.get(kind);
    if (open !== undefined && now - open.openedAt < this.options.windowMs) return open;
    const fresh = { openedAt: now, used: 0 };
    this.#windows.set(kind, fresh);
    return fresh;
  }
}

function kindsOf(operation: string): Kind[] {
  const stricter = STRICTER[operation];
  return stricter === undefined ? ['general'] : ['general', stricter];
}
