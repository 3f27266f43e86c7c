import * as v from 'valibot';
import { Failure } from '../failure.ts';
import type { HttpCall, HttpClient } from './client.ts';
import { Anything, MaybeCount } from './json-api.ts';

export type Query = Readonly<Record<string, string>>;

interface Page<T, I> {
  /** The resources that the schema accepts. */
  readonly items: readonly T[];
  /** The id of every resource, also of those that the schema refuses; a new symbol for a resource without an id. */
  readonly keys: readonly unknown[];
  /** The related resources in the page. */
  readonly included: readonly I[];
  /** The number of resources in the whole list, if the page states it. */
  readonly total: number | undefined;
  /** The queries of the next pages: several once the number of pages is known, none after the last page. */
  readonly next: readonly Query[];
}

/** The link to the next page, which JSON:API allows as text or as an object. Any other value counts as no link. */
const Link = v.fallback(
  v.union([
    v.string(),
    v.pipe(
      v.object({ href: v.string() }),
      v.transform(({ href }) => href),
    ),
  ]),
  '',
);
const Text = v.fallback(v.string(), '');

/** A page of either service. Only `data` is required; every other field may be missing or malformed. */
export const PageBody = v.object({
  data: v.array(v.unknown()),
  included: Anything,
  // Recorded: an empty list on Forge's last page, without `next` on Cloud's.
  links: v.fallback(v.object({ next: Link }), { next: '' }),
  meta: v.fallback(
    v.object({ total: MaybeCount, current_page: MaybeCount, last_page: MaybeCount, next_cursor: Text }),
    { total: undefined, current_page: undefined, last_page: undefined, next_cursor: '' },
  ),
});
export type PageBody = v.InferOutput<typeof PageBody>;

export type Resource = v.GenericSchema<unknown, { readonly id: string }>;

export interface ListFormat<S extends Resource, I extends v.GenericSchema> {
  readonly resource: S;
  /** The schema of the related resources to keep. */
  readonly useful?: I | undefined;
  /**
   * Returns the queries of the pages after `page`. `asked`: the query of `page`. `linked` returns the query of its next
   * link, if any, and throws a `Failure` for a link to another origin, unless `isNeeded` is false.
   */
  next(page: PageBody, linked: (isNeeded?: boolean) => Query | undefined, asked: Query): readonly Query[];
}

export interface Listed<T, I> {
  /** In the order of the API, each once. */
  readonly items: readonly T[];
  readonly included: readonly I[];
  /** The number of pages read. Only a list of one page shows a single moment. */
  readonly pages: number;
  /** The server's clock in the last response, in milliseconds since 1970. */
  readonly date: number | undefined;
}

/** The most pages of a list. No list of processes is this long. */
export const maxPages = 200;
/** The most times that a list is read if it changes while it is read. */
const readings = 6;
/** Milliseconds between two readings, for each page: 30 requests a minute. */
const pausePerPage = 2_000;

/** Reads a whole list, again if it changes while it is read. Throws a `Failure` if it changes every time. */
export async function listWhole<S extends Resource, I extends v.GenericSchema>(
  client: HttpClient,
  call: HttpCall,
  format: ListFormat<S, I>,
): Promise<Listed<v.InferOutput<S>, v.InferOutput<I>>> {
  for (let reading = 1; ; reading++) {
    const { pages, date } = await readPages(client, call, format);
    const why = whyNotWhole(pages);
    if (why === undefined) {
      const items = new Map(pages.flatMap((page) => page.items).map((item) => [item.id, item]));
      return {
        items: [...items.values()],
        included: pages.flatMap(({ included }) => included),
        pages: pages.length,
        date,
      };
    }
    if (reading === readings)
      throw new Failure({
        what: call.what,
        why: `the list kept changing while it was read (${readings} attempts): ${why}`,
        fix: 'Run the job again when nothing else changes this list',
      });
    await client.pause(pausePerPage * pages.length);
  }
}

async function readPages<S extends Resource, I extends v.GenericSchema>(
  client: HttpClient,
  call: HttpCall,
  { resource, useful, next: nextOf }: ListFormat<S, I>,
) {
  const pages: Page<v.InferOutput<S>, v.InferOutput<I>>[] = [];
  const asked = new Set<string>();
  let date: number | undefined;
  const get = async (query: Query): Promise<(typeof pages)[number]> => {
    const answer = await client.json({ ...call, query }, PageBody);
    date = answer.date;
    const { data, included, links, meta } = answer.data;
    const linked = (isNeeded = true) =>
      links.next === '' ? undefined : linkedQuery(call, links.next, client.urlOf(call), isNeeded);
    return {
      items: parseItems(data, resource),
      keys: data.map(idIn),
      included: useful === undefined ? [] : parseItems(included, useful),
      total: meta.total,
      next: nextOf(answer.data, linked, query),
    };
  };
  let next: readonly Query[] = [call.query ?? {}];
  while (next.length > 0) {
    for (const query of next) {
      const address = new URLSearchParams(query).toString();
      if (asked.has(address) || asked.size === maxPages)
        throw incompleteList(call.what, 'its pages never end');
      asked.add(address);
    }
    const more = await Promise.all(next.map(get));
    pages.push(...more);
    next = more.at(-1)?.next ?? [];
  }
  return { pages, date };
}

/** Returns the query of a next link. Another origin than `own` is a `Failure` for a needed link. */
function linkedQuery(call: HttpCall, link: string, own: URL, isNeeded: boolean): Query | undefined {
  const url = URL.canParse(link, own.href) ? new URL(link, own) : undefined;
  if (url?.origin !== own.origin && !isNeeded) return undefined;
  if (url === undefined) throw incompleteList(call.what, 'its link to the next page is not a URL');
  if (url.origin !== own.origin)
    throw incompleteList(
      call.what,
      `its next page is said to be at ${url.origin}, where the token must not go`,
    );
  // Links may leave out the `include` of the call.
  return { ...call.query, ...Object.fromEntries(url.searchParams) };
}

/** Returns the reason why a list is not whole, if any. An item that moves to a page already read is missed. */
function whyNotWhole(pages: readonly Page<unknown, unknown>[]): string | undefined {
  const [total, ...others] = new Set(pages.flatMap((page) => page.total ?? []));
  if (others.length > 0) return 'the number of its items changed';
  const ids = pages.map(({ keys }) => new Set(keys));
  const count = ids.reduce((sum, { size }) => sum + size, 0);
  const held = new Set(ids.flatMap((page) => [...page])).size;
  if (held < count) return 'one item was on two pages';
  return held < (total ?? 0) ? `it held ${held} items and said that there were ${total}` : undefined;
}

/** Returns the resources that the schema accepts. */
export function parseItems<const S extends v.GenericSchema>(
  values: readonly unknown[],
  schema: S,
): readonly v.InferOutput<S>[] {
  return values.flatMap((value) => {
    const result = v.safeParse(schema, value);
    return result.success ? [result.output] : [];
  });
}

/** Returns the id of a resource, or a new symbol for a resource without an id. */
function idIn(value: unknown): unknown {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : Symbol('without an id');
}

function incompleteList(what: string, why: string): Failure {
  return new Failure({
    what,
    why: `the list is not complete: ${why}`,
    fix: 'Check that api-url is the address of the API itself',
  });
}
