import { type Answer, failure } from './answer.ts';

export interface RateLimitOptions {
  /** Requests in a minute. */
  limit: number;
  /** Whether requests over the limit are turned away, or only counted. */
  enforced: boolean;
  /** How X-RateLimit-Reset is written, if at all: epoch seconds, or seconds from now. */
  reset: 'none' | 'absolute' | 'relative';
  /** Whether a refusal carries Retry-After. */
  retryAfter: boolean;
}

const WINDOW_MS = 60_000;

/** Counts requests in windows of a minute that open with the first one. */
export class RateWindow {
  readonly options: RateLimitOptions;
  #openedAt = Number.NEGATIVE_INFINITY;
  #used = 0;

  constructor(options: RateLimitOptions) {
    this.options = options;
  }

  take(now: number): Answer | undefined {
    if (now - this.#openedAt >= WINDOW_MS) {
      this.#openedAt = now;
      this.#used = 0;
    }
    this.#used += 1;
    if (!this.options.enforced || this.#used <= this.options.limit) return undefined;
    const refusal = failure(429, 'Too Many Attempts.');
    return this.options.retryAfter
      ? { ...refusal, headers: { 'Retry-After': String(this.#secondsLeft(now)) } }
      : refusal;
  }

  headers(now: number): Record<string, string> {
    const { limit, reset } = this.options;
    const headers: Record<string, string> = {
      'X-RateLimit-Limit': String(limit),
      'X-RateLimit-Remaining': String(Math.max(0, limit - this.#used)),
    };
    if (reset === 'absolute')
      headers['X-RateLimit-Reset'] = String(Math.ceil((this.#openedAt + WINDOW_MS) / 1000));
    if (reset === 'relative') headers['X-RateLimit-Reset'] = String(this.#secondsLeft(now));
    return headers;
  }

  #secondsLeft(now: number): number {
    return Math.max(0, Math.ceil((this.#openedAt + WINDOW_MS - now) / 1000));
  }
}
