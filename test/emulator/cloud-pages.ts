import { type Answer, document } from './answer.ts';
import type { Call } from './contract.ts';
import type { JsonObject } from './json.ts';

export interface Listing<T> {
  items: readonly T[];
  perPage: number;
  resource: (item: T) => JsonObject;
  included?: (items: readonly T[]) => JsonObject[];
}

/** A numbered page. At the ends, `next` and `prev` are left out instead of null. */
export function pageOf<T>(call: Call, { items, perPage, resource, included }: Listing<T>): Answer {
  const lastPage = Math.max(1, Math.ceil(items.length / perPage));
  const page = Number(call.query['page'] ?? '1');
  const shown = items.slice((page - 1) * perPage, page * perPage);
  const from = shown.length === 0 ? null : (page - 1) * perPage + 1;
  const address = (number: number) => {
    const query = new URLSearchParams({ ...call.query, page: String(number) });
    return `${call.url}?${query}`;
  };
  const previous = page > 1 ? address(page - 1) : null;
  const next = page < lastPage ? address(page + 1) : null;
  const extra = included?.(shown);
  return document(200, {
    data: shown.map(resource),
    ...(extra === undefined ? {} : { included: extra }),
    links: {
      first: address(1),
      last: address(lastPage),
      ...(previous === null ? {} : { prev: previous }),
      ...(next === null ? {} : { next }),
    },
    meta: {
      current_page: page,
      from,
      last_page: lastPage,
      links: [
        { url: previous, label: '&laquo; Previous', active: false },
        ...Array.from({ length: lastPage }, (_, index) => ({
          url: address(index + 1),
          label: String(index + 1),
          active: index + 1 === page,
        })),
        { url: next, label: 'Next &raquo;', active: false },
      ],
      path: call.url,
      per_page: perPage,
      to: from === null ? null : from + shown.length - 1,
      total: items.length,
    },
  });
}
