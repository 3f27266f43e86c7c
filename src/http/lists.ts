import * as v from 'valibot';
import { Failure } from '../failure.ts';
import type { HttpCall, HttpClient } from './client.ts';
import { describeIssue } from './json-api.ts';
import { maxConcurrency } from './transport.ts';

export type Query = Readonly<Record<string, string>>;

/** A resource of a list in an unexpected shape. The reader of the list decides whether it matters. */
export interface InvalidItem {
  readonly id: string | undefined;
  readonly value: unknown;
  /** Where it departs from the expected shape. */
  readonly why: string;
}

/** One page of a list. */
export interface Page<T, I> {
  readonly items: readonly T[];
  readonly invalid: readonly InvalidItem[];
  /** What came along with them. */
  readonly included: readonly I[];
  /** How many resources the whole list holds, if the page tells. */
  readonly total: number | undefined;
  /** What to ask for next: several where it is known by now how many pages there are; none after the last one. */
  readonly next: readonly Query[];
}

/** How a service writes its lists. */
export interface ListFormat<B, T, I> {
  readonly schema: v.GenericSchema<unknown, B>;
  read(body: B): Page<T, I>;
}

export interface Listed<T, I> {
  /** In the order of the API, each once. */
  readonly items: readonly T[];
  readonly invalid: readonly InvalidItem[];
  readonly included: readonly I[];
  /** How many pages were read: only one shows a single moment. */
  readonly pages: number;
  /** What the last answer said of the server's clock, in milliseconds since 1970. */
  readonly date: number | undefined;
}

/** No list of processes is this long. */
export const maxPages = 200;
/** A list that changes while it is read is read so many times at most. */
const readings = 6;
/** Milliseconds between two readings, for each page: 30 requests a minute. */
const pausePerPage = 2_000;

/** All of a list. If it changes while it is read, it is read again. Throws a `Failure` if it never holds still. */
export async function listWhole<B, T extends { readonly id: string }, I>(
  client: HttpClient,
  call: HttpCall,
  format: ListFormat<B, T, I>,
): Promise<Listed<T, I>> {
  for (let reading = 1; ; reading++) {
    const { pages, date } = await readPages(client, call, format);
    const why = whyNotWhole(pages);
    if (why === undefined) {
      const items = new Map(pages.flatMap((page) => page.items).map((item) => [item.id, item]));
      return {
        items: [...items.values()],
        invalid: pages.flatMap(({ invalid }) => invalid),
        included: pages.flatMap(({ included }) => included),
        pages: pages.length,
        date,
      };
    }
    if (reading === readings) throw neverStable(call.what, why);
    await client.pause(pausePerPage * pages.length);
  }
}

async function readPages<B, T, I>(
  client: HttpClient,
  call: HttpCall,
  { schema, read }: ListFormat<B, T, I>,
): Promise<{ readonly pages: Page<T, I>[]; readonly date: number | undefined }> {
  const pages: Page<T, I>[] = [];
  const asked = new Set<string>();
  let date: number | undefined;
  const get = async (query: Query): Promise<Page<T, I>> => {
    const answer = await client.json({ ...call, query }, schema);
    date = answer.date;
    return read(answer.data);
  };
  for (let next: readonly Query[] = [call.query ?? {}]; next.length > 0; next = pages.at(-1)?.next ?? []) {
    for (const query of next) {
      const address = new URLSearchParams(query).toString();
      if (asked.has(address) || asked.size === maxPages)
        throw incompleteList(call.what, 'its pages never end');
      asked.add(address);
    }
    pages.push(...(await sideBySide(next, get)));
  }
  return { pages, date };
}

/** Why the pages cannot be the whole list. An item that moves to a page already read is missed. */
function whyNotWhole<T extends { readonly id: string }>(
  pages: readonly Page<T, unknown>[],
): string | undefined {
  const [total, ...others] = new Set(pages.flatMap((page) => page.total ?? []));
  if (others.length > 0) return 'the number of its items changed';
  // An item without an id counts by itself.
  const ids = pages.map((page) => new Set([page.items, page.invalid].flat().map((each) => each.id ?? each)));
  const count = ids.reduce((sum, { size }) => sum + size, 0);
  const held = new Set(ids.flatMap((page) => [...page])).size;
  if (held < count) return 'one item was on two pages';
  return held < (total ?? 0) ? `it held ${held} items and said that there were ${total}` : undefined;
}

/** Each resource as the schema reads it, and those that it refuses. */
export function parseItems<const S extends v.GenericSchema>(
  values: readonly unknown[],
  schema: S,
): { readonly items: v.InferOutput<S>[]; readonly invalid: InvalidItem[] } {
  const items: v.InferOutput<S>[] = [];
  const invalid: InvalidItem[] = [];
  for (const value of values) {
    const result = v.safeParse(schema, value, { abortEarly: true });
    if (result.success) items.push(result.output);
    else invalid.push({ id: idOf(value), value, why: describeIssue(result.issues[0]) });
  }
  return { items, invalid };
}

function idOf(value: unknown): string | undefined {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}

/** The list cannot be followed to its end. */
export function incompleteList(what: string, why: string): Failure {
  return new Failure({
    what,
    why: `the list is not complete: ${why}`,
    fix: 'Check that api-url is the address of the API itself',
  });
}

function neverStable(what: string, why: string): Failure {
  return new Failure({
    what,
    why: `the list kept changing while it was read (${readings} attempts): ${why}`,
    fix: 'Run the job again when nothing else changes this list',
  });
}

/** Runs a task for each item, only so many at once, and returns the results in the order of the items. */
async function sideBySide<T, R>(items: readonly T[], task: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  // One iterator for all: each takes the next item that nobody has taken.
  const queue = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(maxConcurrency, items.length) }, work));
  return results;
}
