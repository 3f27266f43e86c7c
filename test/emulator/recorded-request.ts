export interface RecordedRequest {
  method: string;
  /** The path as sent, with `/api` in front and without the query. */
  path: string;
  query: Record<string, string>;
  /** The headers, with names in lower case. */
  headers: Record<string, string>;
  /** The parsed JSON; undefined for any other body. */
  body: unknown;
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
