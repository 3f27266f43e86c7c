import type { TransportResponse } from './transport.ts';

/** When the server says that it answered (RFC 9110), in milliseconds since 1970. */
export function dateOf(headers: TransportResponse['headers']): number | undefined {
  const date = Date.parse(headers['date'] ?? '');
  return Number.isNaN(date) ? undefined : date;
}
