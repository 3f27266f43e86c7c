import type { TransportResponse } from './transport.ts';

/**
 * Milliseconds that a server asks to wait: `Retry-After` as seconds or as a date (RFC 9110), else, of a 429,
 * `X-RateLimit-Reset`, which is seen both as a Unix time and as seconds from now.
 */
export function retryAfter(
  { status, headers }: Pick<TransportResponse, 'status' | 'headers'>,
  now: number,
): number | undefined {
  const asked = seconds(headers['retry-after'], now);
  if (asked !== undefined || status !== 429) return asked;
  return reset(headers['x-ratelimit-reset'], now);
}

function seconds(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function reset(value: string | undefined, now: number): number | undefined {
  if (value === undefined || !/^\s*\d+\s*$/.test(value)) return undefined;
  const number = Number(value);
  // A year of seconds: more than that can only be a moment, not a span.
  return number > 31_536_000 ? Math.max(0, number * 1000 - now) : number * 1000;
}
