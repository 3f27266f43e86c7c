import { type Answer, document } from './answer.ts';
import type { Call } from './contract.ts';
import type { JsonObject } from './json.ts';

/** The behaviours of paged lists. */
export interface PageManners {
  /** Returns `meta.total`. */
  total?: (total: number) => unknown;
}

export interface Listing<T> {
  items: readonly T[];
  resource: (item: T) => JsonObject;
  included?: (items: readonly T[]) => JsonObject[];
}

/** Returns a numbered page. On the last and the first page, the links `next` and `prev` are missing, not null. */
export function pageOf<T extends { id: string }>(
  { perPage, pages }: { perPage: number; pages: PageManners },
  call: Call,
  { items, resource, included }: Listing<T>,
): Answer {
  const lastPage = Math.max(1, Math.ceil(items.length / perPage));
  const page = Number(call.query['page'] ?? '1');
  const shown = items.slice((page - 1) * perPage, page * perPage);
  const from = shown.length === 0 ? null : (page - 1) * perPage + 1;
  const address = (number: number) => {
    const query = new URLSearchParams({ ...call.query, page: String(number) });
    return `${call.url}?${query}`;
  };
  const linkTo = (number: number, label: string) => {
    const exists = number >= 1 && number <= lastPage;
    return {
      url: exists ? address(number) : null,
      label,
      page: exists ? number : null,
      active: number === page,
    };
  };
  const previous = linkTo(page - 1, '&laquo; Previous');
  const next = linkTo(page + 1, 'Next &raquo;');
  const extra = included?.(shown);
  return document(200, {
    data: shown.map(resource),
    ...(extra === undefined ? {} : { included: extra }),
    links: {
      first: address(1),
      last: address(lastPage),
      ...(previous.url === null ? {} : { prev: previous.url }),
      ...(next.url === null ? {} : { next: next.url }),
    },
    meta: {
      current_page: page,
      from,
      last_page: lastPage,
      links: [
        previous,
        ...Array.from({ length: lastPage }, (_, index) => linkTo(index + 1, String(index + 1))),
        next,
      ],
      path: call.url,
      per_page: perPage,
      to: from === null ? null : from + shown.length - 1,
      total: pages.total?.(items.length) ?? items.length,
    },
  });
}
