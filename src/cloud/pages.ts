import type * as v from 'valibot';
import { Failure } from '../failure.ts';
import type { HttpCall, HttpClient } from '../http/client.ts';
import { type Included, type PageMeta, page } from './resources.ts';

/** A list this long is not sane for what these actions do. */
const maxPages = 200;

export interface Listed<T> {
  readonly items: readonly T[];
  readonly included: NonNullable<Included>;
  /** How many pages were read. */
  readonly pages: number;
  /** What the last answer said of the server's clock, in milliseconds since 1970. */
  readonly date: number | undefined;
}

/** How often a list that shrinks while it is read is read anew. */
const readings = 5;

/** All pages of a list, each resource once. Links are followed only on the API's own address. */
export async function listAll<const S extends v.GenericSchema<unknown, { readonly id: string }>>(
  client: HttpClient,
  call: HttpCall,
  resource: S,
): Promise<Listed<v.InferOutput<S>>> {
  for (let reading = 1; reading <= readings; reading++) {
    const { hasShrunk, ...listed } = await readPages(client, call, resource);
    // What is removed from a page already read moves the rest up: the next page would skip one.
    if (!hasShrunk) return listed;
  }
  throw refused(call.what, 'something was removed from it each time while its pages were read');
}

async function readPages<const S extends v.GenericSchema<unknown, { readonly id: string }>>(
  client: HttpClient,
  call: HttpCall,
  resource: S,
): Promise<Listed<v.InferOutput<S>> & { readonly hasShrunk: boolean }> {
  const items = new Map<string, v.InferOutput<S>>();
  const included: NonNullable<Included> = [];
  let total = 0;
  let hasShrunk = false;
  const seen = new Set<string>();
  let query = call.query;
  for (;;) {
    const { data, date } = await client.json(
      { ...call, ...(query === undefined ? {} : { query }) },
      page(resource),
    );
    for (const item of data.data as v.InferOutput<S>[]) items.set(item.id, item);
    included.push(...(data.included ?? []));
    const totalNow = typeof data.meta?.total === 'number' ? data.meta.total : total;
    hasShrunk ||= totalNow < total;
    total = totalNow;
    const next = data.links?.next ?? pageAfter(data.meta);
    if (next === undefined) {
      return { items: [...items.values()], included, pages: seen.size + 1, date, hasShrunk };
    }
    if (seen.has(next) || seen.size >= maxPages)
      throw refused(call.what, 'its links to the next page never end');
    seen.add(next);
    query = nextQuery(call, next, client.baseUrl);
  }
}

/** For a list without links its page numbers say it: a page that is missed is a process that is made twice. */
function pageAfter(meta: PageMeta): string | undefined {
  const { current_page: current, last_page: last } = meta ?? {};
  return typeof current === 'number' && typeof last === 'number' && current < last
    ? `?page=${current + 1}`
    : undefined;
}

function nextQuery(call: HttpCall, next: string, baseUrl: URL): Record<string, string> {
  const own = new URL(baseUrl.href.replace(/\/+$/, '') + call.path);
  const url = URL.canParse(next, own.href) ? new URL(next, own) : undefined;
  if (url === undefined) throw refused(call.what, 'its link to the next page is not a URL');
  if (url.origin !== own.origin) {
    throw refused(call.what, `its next page is said to be at ${url.origin}, where the token must not go`);
  }
  // Links may leave out what was asked to be included.
  return { ...call.query, ...Object.fromEntries(url.searchParams) };
}

function refused(what: string, why: string): Failure {
  return new Failure({
    what,
    why: `the list is not complete: ${why}`,
    fix: 'Nothing was changed; check that api-url is the address of the API itself',
  });
}
