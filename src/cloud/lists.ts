import * as v from 'valibot';
import type { HttpCall, HttpClient } from '../http/client.ts';
import { incompleteList, type Listed, listWhole, maxPages, parseItems, type Query } from '../http/lists.ts';

/** A count, also as text; anything else tells nothing. */
const Told = v.fallback(
  v.optional(v.union([v.number(), v.pipe(v.string(), v.digits(), v.transform(Number))])),
  undefined,
);

const CloudPage = v.object({
  data: v.array(v.unknown()),
  included: v.nullish(v.array(v.unknown())),
  // Recorded: `next` is absent on the last page.
  links: v.nullish(v.object({ next: v.nullish(v.string()) })),
  meta: v.nullish(v.object({ total: Told, current_page: Told, last_page: Told })),
});
type CloudPage = v.InferOutput<typeof CloudPage>;

type Resource = v.GenericSchema<unknown, { readonly id: string }>;

/** All of a list, whole. Of what `include` brings along only what is of use is taken; without a schema nothing is. */
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
    schema: CloudPage,
    read: ({ data, included, links, meta }) => ({
      ...parseItems(data, resource),
      included: useful === undefined ? [] : parseItems(included ?? [], useful).items,
      total: meta?.total,
      next: pagesAfter(call, links?.next ?? undefined, meta, client.baseUrl),
    }),
  });
}

/** By the link where there is one, and by the numbers: a page that is missed is a process that is made twice. */
function pagesAfter(
  call: HttpCall,
  link: string | undefined,
  meta: CloudPage['meta'],
  baseUrl: URL,
): readonly Query[] {
  const { current_page: current = 1, last_page: last = current } = meta ?? {};
  const linked = link === undefined ? undefined : queryOf(call, link, baseUrl);
  const numbered = (page: number): Query => ({ ...(linked ?? call.query), page: String(page) });
  const isNumbered = last > current && (linked === undefined || linked['page'] === String(current + 1));
  // Where the number of the last page is told, the rest need not be read one after the other.
  const count = Math.min(last - current, maxPages);
  if (isNumbered) return Array.from({ length: count }, (_, index) => numbered(current + 1 + index));
  return linked === undefined ? [] : [linked];
}

/** Links are followed on the API's own origin only, and below the path that was asked for. */
function queryOf(call: HttpCall, link: string, baseUrl: URL): Query {
  const own = new URL(baseUrl.href.replace(/\/+$/, '') + call.path);
  const url = URL.canParse(link, own.href) ? new URL(link, own) : undefined;
  if (url === undefined) throw incompleteList(call.what, 'its link to the next page is not a URL');
  if (url.origin !== own.origin) {
    throw incompleteList(
      call.what,
      `its next page is said to be at ${url.origin}, where the token must not go`,
    );
  }
  // Links may leave out what was asked to be included.
  return { ...call.query, ...Object.fromEntries(url.searchParams) };
}
