import type * as v from 'valibot';
import type { HttpCall, HttpClient } from '../http/client.ts';
import { type Listed, listWhole, parseItems } from '../http/lists.ts';

/** The default of Forge. It is unknown whether Forge allows larger pages. */
const pageSize = '30';

/** Reads a whole list: by its cursors (recorded), or by its links if a response has no cursor. */
export async function listAll<const S extends v.GenericSchema<unknown, { readonly id: string }>>(
  client: HttpClient,
  call: HttpCall,
  resource: S,
): Promise<Listed<v.InferOutput<S>, never>> {
  const query = { ...call.query, 'page[size]': pageSize };
  return await listWhole<v.InferOutput<S>, never>(
    client,
    { ...call, query },
    {
      items: (data) => parseItems(data, resource),
      included: () => [],
      next({ meta: { next_cursor: cursor } }, linked) {
        if (cursor !== '') return [{ ...query, 'page[cursor]': cursor }];
        const next = linked();
        return next === undefined ? [] : [next];
      },
    },
  );
}
