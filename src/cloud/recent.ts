import * as v from 'valibot';
import type { HttpCall, HttpClient } from '../http/client.ts';
import { MaybeCount } from '../http/json-api.ts';
import { parseItems } from '../http/lists.ts';

/** The items of a page, without items of an unexpected form. */
export interface RecentItems<T> {
  readonly items: readonly T[];
  /** The time of the response in milliseconds since 1970, on the service's clock. */
  readonly at: number | undefined;
}

const Page = v.object({
  data: v.array(v.unknown()),
  meta: v.fallback(v.object({ last_page: MaybeCount }), { last_page: 1 }),
});

/** Reads the first page of a list. Recorded: deployments are listed newest first. */
export async function readFirstPage<const S extends v.GenericSchema>(
  client: HttpClient,
  call: HttpCall,
  resource: S,
): Promise<RecentItems<v.InferOutput<S>>> {
  const { data, date } = await client.json(call, Page);
  return { items: parseItems(data.data, resource).items, at: date };
}

/** Reads the first and the last page of a list whose order is unknown: either page may have the newest items. */
export async function readBothEnds<const S extends v.GenericSchema>(
  client: HttpClient,
  call: HttpCall,
  resource: S,
): Promise<readonly v.InferOutput<S>[]> {
  const first = (await client.json(call, Page)).data;
  const { last_page: lastPage = 1 } = first.meta;
  if (lastPage <= 1) return parseItems(first.data, resource).items;
  const query = { ...call.query, page: String(lastPage) };
  const last = (await client.json({ ...call, query }, Page)).data;
  return parseItems([...first.data, ...last.data], resource).items;
}
