import type { TransportResponse } from './transport.ts';

/** More seconds than this are no span that anybody would ask to wait, but a moment or nonsense. */
const year = 31_536_000;

/**
 * Milliseconds that a server asks to wait: `Retry-After` as seconds or as a date (RFC 9110), and of a 429 also
 * `X-RateLimit-Reset`, which is seen both as a Unix time and as seconds from now; the later of both. Undefined when
 * neither names a moment that is yet to come. `now` is the wall clock, for an answer that does not tell the server's.
 */
export function retryAfter(
  { status, headers }: Pick<TransportResponse, 'status' | 'headers'>,
  now: number,
): number | undefined {
  const serverNow = dateOf(headers) ?? now;
  const waits = [
    asked(headers['retry-after'], serverNow),
    status === 429 ? reset(headers['x-ratelimit-reset'], serverNow) : undefined,
  ].filter((wait) => wait !== undefined);
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** The server's clock when it answered, in milliseconds since 1970. */
export function dateOf(headers: TransportResponse['headers']): number | undefined {
  const date = Date.parse(headers['date'] ?? '');
  return Number.isNaN(date) ? undefined : date;
}

function asked(value = '', now: number): number | undefined {
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return span(Number(value));
  // An HTTP date names its day; what else a parser takes for a date is nonsense.
  return /[a-z]{3}/i.test(value) ? span((Date.parse(value) - now) / 1000) : undefined;
}

function reset(value = '', now: number): number | undefined {
  if (!/^\s*\d+\s*$/.test(value)) return undefined;
  const number = Number(value);
  return span(number > year ? number - now / 1000 : number);
}

function span(seconds: number): number | undefined {
  return seconds > 0 && seconds <= year ? seconds * 1000 : undefined;
}
