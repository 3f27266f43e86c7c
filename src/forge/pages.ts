import type * as v from 'valibot';
import { Failure } from '../failure.ts';
import type { HttpCall, HttpClient } from '../http/client.ts';
import { page } from './resources.ts';

/** As many as Forge gives by itself; whether it gives more is not known. */
const pageSize = 30;

/** A list this long is not sane for what these actions do. */
const maxPages = 200;

export interface Listed<T> {
  readonly items: readonly T[];
  /** How many pages were read. */
  readonly pages: number;
  /** What the last answer said of the server's clock, in milliseconds since 1970. */
  readonly date: number | undefined;
}

/** All pages of a list, in the order of the API, each resource once. Throws a `Failure` when the pages never end. */
export async function listAll<const S extends v.GenericSchema<unknown, { readonly id: string }>>(
  client: HttpClient,
  call: HttpCall,
  resource: S,
): Promise<Listed<v.InferOutput<S>>> {
  const items = new Map<string, v.InferOutput<S>>();
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (;;) {
    const query = {
      ...call.query,
      'page[size]': String(pageSize),
      ...(cursor === undefined ? {} : { 'page[cursor]': cursor }),
    };
    const { data, date } = await client.json({ ...call, query }, page(resource));
    for (const item of data.data as v.InferOutput<S>[]) items.set(item.id, item);
    cursor = data.meta?.next_cursor || undefined;
    if (cursor === undefined) return { items: [...items.values()], pages: seen.size + 1, date };
    if (seen.has(cursor) || seen.size + 1 >= maxPages) throw endless(call.what);
    seen.add(cursor);
  }
}

function endless(what: string): Failure {
  return new Failure({
    what,
    why: 'the list is not complete: its pages never end',
    fix: 'Check that api-url is the address of the API itself',
  });
}
