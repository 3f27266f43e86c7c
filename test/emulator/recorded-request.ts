export interface RecordedRequest {
  method: string;
  /** As on the wire, with /api in front and without the query. */
  path: string;
  query: Record<string, string>;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Parsed if it is JSON, else undefined. */
  body: unknown;
  rawBody: string;
  /** Epoch milliseconds of its arrival, by the clock of the world. */
  at: number;
  /** The status it was answered with; missing as long as there is no answer. */
  answered?: number;
  /** Where it departs from the contract. */
  violations: string[];
}

/** How many arrived in the busiest minute. */
export function busiest(requests: readonly Pick<RecordedRequest, 'at'>[]): number {
  const counts = requests.map(
    ({ at: start }) => requests.filter(({ at }) => at >= start && at < start + 60_000).length,
  );
  return Math.max(0, ...counts);
}

/** `POST /instances/inst-.../background-processes?include=instance {"type":...} -> 201`, for logs and snapshots. */
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
