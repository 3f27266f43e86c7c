import * as v from 'valibot';
import type { HttpCall, HttpClient } from '../http/client.ts';

/** The first and the last page of a list: it is not known which end of it is the newer. */
export async function readBothEnds<const S extends v.GenericSchema>(
  client: HttpClient,
  call: HttpCall,
  resource: S,
): Promise<readonly v.InferOutput<S>[]> {
  const read = async (page: Readonly<Record<string, string>>) => {
    const { data } = await client.json({ ...call, query: { ...call.query, ...page } }, pageOf(resource));
    return data;
  };
  const first = await read({});
  const lastPage = Number(first.meta?.last_page ?? 1);
  return lastPage > 1 ? [...first.data, ...(await read({ page: String(lastPage) })).data] : first.data;
}

function pageOf<const S extends v.GenericSchema>(resource: S) {
  return v.object({
    data: v.array(resource),
    meta: v.nullish(v.object({ last_page: v.nullish(v.union([v.number(), v.string()])) })),
  });
}
