import type * as v from 'valibot';
import type { HttpCall, HttpClient } from '../http/client.ts';
import {
  type Listed,
  listWhole,
  maxPages,
  PageBody,
  parseItems,
  type Query,
  type Resource,
} from '../http/lists.ts';

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
  return await listWhole(client, call, { resource, useful, next: pagesAfter });
}

/** Returns the queries of the pages after this page. With a page missed, the step would create its processes again. */
function pagesAfter(
  { meta }: PageBody,
  linkOf: (isNeeded: boolean) => Query | undefined,
  asked: Query,
): readonly Query[] {
  const { current_page: current = Number(asked['page'] ?? 1), last_page: last = current } = meta;
  // Numbers of pages need no link: behind another address, links may name that of the API itself.
  const linked = linkOf(last <= current);
  const numbered = (page: number): Query => ({ ...(linked ?? asked), page: String(page) });
  const isNumbered = last > current && (linked === undefined || linked['page'] === String(current + 1));
  // With the number of the last page, all other pages can be read side by side.
  const count = Math.min(last - current, maxPages);
  if (isNumbered) return Array.from({ length: count }, (_, index) => numbered(current + 1 + index));
  return linked === undefined ? [] : [linked];
}

/** Reads the first and the last page of a list whose order is unknown: either page may have the newest items. */
export async function readBothEnds<const S extends v.GenericSchema>(
  client: HttpClient,
  call: HttpCall,
  resource: S,
): Promise<readonly v.InferOutput<S>[]> {
  const first = (await client.json(call, PageBody)).data;
  const { last_page: lastPage = 1 } = first.meta;
  if (lastPage <= 1) return parseItems(first.data, resource);
  const query = { ...call.query, page: String(lastPage) };
  const last = (await client.json({ ...call, query }, PageBody)).data;
  return parseItems([...first.data, ...last.data], resource);
}
