import type { IncomingMessage } from 'node:http';
import type { IncomingCall } from './contract.ts';

export interface RecordedRequest extends IncomingCall {
  rawBody: string;
  /** The arrival in epoch milliseconds, by the clock of the world. */
  at: number;
  /** The status of the response; missing until then. */
  answered?: number;
  /** The violations of the contract. */
  violations: string[];
}

/** Returns the number of requests in the busiest minute. */
export function busiest(requests: readonly Pick<RecordedRequest, 'at'>[]): number {
  const counts = requests.map(
    ({ at: start }) => requests.filter(({ at }) => at >= start && at < start + 60_000).length,
  );
  return Math.max(0, ...counts);
}

/**
 * Describes a request for logs and snapshots: `POST /instances/inst-.../background-processes?include=instance
 * {"type":...} -> 201`.
 */
export function describeRequest(request: RecordedRequest): string {
  const query = new URLSearchParams(request.query).toString();
  const path = request.path.replace(/^\/api(?=\/)/, '');
  const parts = [request.method, query === '' ? path : `${path}?${readable(query)}`];
  if (request.rawBody !== '') parts.push(request.rawBody);
  parts.push('->', request.answered === undefined ? 'no answer' : String(request.answered));
  return parts.join(' ');
}

function readable(query: string): string {
  return query.replaceAll('%5B', '[').replaceAll('%5D', ']').replaceAll('%2C', ',');
}

/** Reads a whole request. */
export async function receive(message: IncomingMessage, at: number): Promise<RecordedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  const rawBody = Buffer.concat(chunks).toString('utf8');
  const method = message.method ?? 'GET';
  const { pathname, searchParams, origin } = new URL(message.url ?? '/', `http://${message.headers.host}`);
  const query = Object.fromEntries(searchParams);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) headers[name] = String(value);
  const isJson = rawBody !== '' && /^application\/json\b/i.test(headers['content-type'] ?? '');
  const body = isJson ? JSON.parse(rawBody) : undefined;
  const url = `${origin}${pathname}`;
  return { method, path: pathname, url, query, headers, body, rawBody, at, violations: [] };
}
