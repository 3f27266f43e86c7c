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
  return document(200, {
    data: shown.map(resource),
    ...(around && included(call, shown.flatMap(around))),
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
      total: items.length,
    },
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

export function firstPage(call: Call): boolean {
  return (call.query['page'] ?? '1') === '1';
}
