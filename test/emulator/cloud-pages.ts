import { type Answer, document, type JsonObject } from './answer.ts';
import type { Includes } from './cloud-resources.ts';
import type { Call } from './contract.ts';

interface Listing<T> {
  items: readonly T[];
  resource: (item: T) => JsonObject;
  /** The resources that an `include` brings for an item. */
  around?: (item: T) => JsonObject[];
}

/** Returns a numbered page. On the last and the first page, the links `next` and `prev` are missing, not null. */
export function pageOf<T>(
  call: Call,
  { perPage }: { perPage: number },
  { items, resource, around }: Listing<T>,
): Answer {
  const lastPage = Math.max(1, Math.ceil(items.length / perPage));
  const page = Number(call.query['page'] ?? '1');
  const shown = items.slice((page - 1) * perPage, page * perPage);
  const address = (number: number) => {
    const query = new URLSearchParams({ ...call.query, page: String(number) });
    return `${call.url}?${query}`;
  };
  return document(200, {
    data: shown.map(resource),
    ...(around && included(call, shown.flatMap(around))),
    links: {
      first: address(1),
      last: address(lastPage),
      ...(page > 1 ? { prev: address(page - 1) } : {}),
      ...(page < lastPage ? { next: address(page + 1) } : {}),
    },
    meta: { current_page: page, last_page: lastPage, per_page: perPage, total: items.length },
  });
}

export function includesOf(call: Call): Includes {
  return new Set((call.query['include'] ?? '').split(',').filter((name) => name !== ''));
}

/** Returns the resources around the data, each once, if the request has an `include`. */
export function included(call: Call, around: readonly JsonObject[]): { included?: JsonObject[] } {
  if (includesOf(call).size === 0) return {};
  const each = new Map(around.map((resource) => [`${resource['type']} ${resource['id']}`, resource]));
  return { included: [...each.values()] };
}
