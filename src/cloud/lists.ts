import type * as v from 'valibot';
import type { HttpCall, HttpClient } from '../http/client.ts';
import { type Listed, listWhole, maxPages, type PageBody, parseItems, type Query } from '../http/lists.ts';

type Resource = v.GenericSchema<unknown, { readonly id: string }>;

/** Reads a whole list. Keeps only the included resources that match the schema `useful`. */
export async function listAll<
  const S extends Resource,
  const I extends v.GenericSchema = v.NeverSchema<undefined>,
>(
  client: HttpClient,
  call: HttpCall,
  resource: S,
  useful?: I,
): Promise<Listed<v.InferOutput<S>, v.InferOutput<I>>> {
  return await listWhole(client, call, {
    items: (data) => parseItems(data, resource),
    included: (included) => (useful === undefined ? [] : parseItems(included, useful).items),
    next: (page, linked) => pagesAfter(call, page, linked()),
  });
}

/** Returns the queries of the pages after this page. With a page missed, the step would create its processes again. */
function pagesAfter(call: HttpCall, { meta }: PageBody, linked: Query | undefined): readonly Query[] {
  const { current_page: current = 1, last_page: last = current } = meta;
  const numbered = (page: number): Query => ({ ...(linked ?? call.query), page: String(page) });
  const isNumbered = last > current && (linked === undefined || linked['page'] === String(current + 1));
  // With the number of the last page, all other pages can be read side by side.
  const count = Math.min(last - current, maxPages);
  if (isNumbered) return Array.from({ length: count }, (_, index) => numbered(current + 1 + index));
  return linked === undefined ? [] : [linked];
}
