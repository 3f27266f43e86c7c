import { type Answer, document, invalid } from './answer.ts';
import type { Call } from './contract.ts';
import { asNumber, asObject, asText, type JsonObject } from './json.ts';

/** Returns the page after a cursor. Recorded: on the last page, `links` is an empty list. */
export function cursorPage<T extends { id: string }>(
  call: Call,
  items: readonly T[],
  resource: (item: T) => JsonObject,
): Answer {
  const size = Number(call.query['page[size]'] ?? 30);
  const cursor = call.query['page[cursor]'];
  const start = cursor === undefined ? 0 : startOf(cursor, items);
  if (start === undefined) return invalid({ 'page.cursor': ['The page.cursor field is invalid.'] });
  const shown = items.slice(start, start + size);
  const last = shown.at(-1);
  const next = last !== undefined && start + size < items.length ? encode(last.id, start + size) : null;
  const before = Math.max(0, start - size);
  const previous = start > 0 ? encode(items[before - 1]?.id ?? '', before) : null;
  const address = (to: string) => {
    const query = new URLSearchParams({ ...call.query, 'page[cursor]': to });
    return `${call.url}?${query}`;
  };
  return document(200, {
    data: shown.map(resource),
    links: next === null ? [] : { next: address(next) },
    meta: { path: call.url, per_page: size, next_cursor: next, prev_cursor: previous },
  });
}

/** Makes a cursor from an item, so that items created or deleted elsewhere do not shift the pages. */
function encode(id: string, position: number): string {
  return Buffer.from(JSON.stringify({ after: id, position })).toString('base64url');
}

function startOf(cursor: string, items: readonly { id: string }[]): number | undefined {
  try {
    const decoded = asObject(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    const after = items.findIndex(({ id }) => id === asText(decoded['after']));
    return after >= 0 ? after + 1 : asNumber(decoded['position']);
  } catch {
    return undefined;
  }
}
