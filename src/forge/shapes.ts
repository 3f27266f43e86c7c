import * as v from 'valibot';
import type { HttpCall, HttpClient } from '../http/client.ts';
import { Id, listed } from '../http/json-api.ts';
import { type Listed, listWhole, type PageBody, type Query, type Resource } from '../http/lists.ts';

// The schemas read only the fields that the code uses.

/** A background process in a response. Only the id is required. `process.ts` reads the other fields. */
export const ProcessResource = v.looseObject({ id: Id });

export const ListedProcess = listed('backgroundProcesses', ProcessResource);

/** A server or a site. Only its id is required. */
const NamedResource = v.looseObject({ id: Id });

export const ListedServer = listed('servers', NamedResource);
export const ListedSite = listed('sites', NamedResource);

/** The default of Forge. It is unknown whether Forge allows larger pages. */
const pageSize = '30';

/** Reads a whole list: by its cursors (recorded), or by its links if a response has no cursor. */
export async function listAll<const S extends Resource>(
  client: HttpClient,
  call: HttpCall,
  resource: S,
): Promise<Listed<v.InferOutput<S>, unknown>> {
  const query = { ...call.query, 'page[size]': pageSize };
  const next = ({ meta: { next_cursor: cursor } }: PageBody, linked: () => Query | undefined) =>
    cursor === '' ? [linked() ?? []].flat() : [{ ...query, 'page[cursor]': cursor }];
  return await listWhole(client, { ...call, query }, { resource, next });
}
