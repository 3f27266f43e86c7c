import * as v from 'valibot';
import type { HttpCall, HttpClient } from '../http/client.ts';
import { type Listed, listWhole, parseItems } from '../http/lists.ts';

/** As many as Forge gives by itself; whether it gives more is not known. */
const pageSize = '30';

/** Recorded: `links` is an empty list on the last page, so it is not read. */
const ForgePage = v.object({
  data: v.array(v.unknown()),
  meta: v.nullish(v.object({ next_cursor: v.nullish(v.string()) })),
});

/** All of a list, whole. */
export async function listAll<const S extends v.GenericSchema<unknown, { readonly id: string }>>(
  client: HttpClient,
  call: HttpCall,
  resource: S,
): Promise<Listed<v.InferOutput<S>, never>> {
  const query = { ...call.query, 'page[size]': pageSize };
  return await listWhole(
    client,
    { ...call, query },
    {
      schema: ForgePage,
      read: ({ data, meta }) => ({
        ...parseItems(data, resource),
        included: [],
        total: undefined,
        next: meta?.next_cursor ? [{ ...query, 'page[cursor]': meta.next_cursor }] : [],
      }),
    },
  );
}
