import * as v from 'valibot';
import { Failure } from '../failure.ts';
import type { HttpCall, HttpClient } from './client.ts';
import { whyUnfit } from './decode.ts';
import { sideBySide } from './side-by-side.ts';

export type Query = Readonly<Record<string, string>>;

/** A resource of a list that is not as expected. It is up to the reader of the list whether that matters. */
export interface Misfit {
  readonly id: string | undefined;
  readonly value: unknown;
  /** Where it departs from what was expected. */
  readonly why: string;
}

/** One page of a list. */
export interface Page<T, I> {
  readonly items: readonly T[];
  readonly misfits: readonly Misfit[];
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
  readonly misfits: readonly Misfit[];
  readonly included: readonly I[];
  /** How many pages were read: only one shows a single moment. */
  readonly pages: number;
  /** What the last answer said of the server's clock, in milliseconds since 1970. */
  readonly date: number | undefined;
}

/** A list this long is not sane for what these actions do. */
export const maxPages = 200;
/** How often a list that moves while it is read is read at most, with pauses in milliseconds. */
const readings = 6;
const pauses = { first: 250, longest: 2_000 } as const;

/** All of a list, whole: one whose pages move is read again. Throws a `Failure` when it never holds still. */
export async function listWhole<B, T extends { readonly id: string }, I>(
  client: HttpClient,
  call: HttpCall,
  format: ListFormat<B, T, I>,
): Promise<Listed<T, I>> {
  const wait = client.waits(pauses);
  for (let reading = 1; ; reading++) {
    const { pages, date } = await readPages(client, call, format);
    const why = whyNotWhole(pages);
    if (why === undefined) {
      const items = new Map(pages.flatMap((page) => page.items).map((item) => [item.id, item]));
      return {
        items: [...items.values()],
        misfits: pages.flatMap(({ misfits }) => misfits),
        included: pages.flatMap(({ included }) => included),
        pages: pages.length,
        date,
      };
    }
    if (reading === readings) throw restless(call.what, why);
    await wait();
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
      if (asked.has(address) || asked.size === maxPages) throw notAList(call.what, 'its pages never end');
      asked.add(address);
    }
    pages.push(...(await sideBySide(next, get)));
  }
  return { pages, date };
}

/** How one sees that pages have moved while they were read: what moves up to a page already read is skipped. */
function whyNotWhole<T extends { readonly id: string }>(
  pages: readonly Page<T, unknown>[],
): string | undefined {
  const [total, ...others] = new Set(pages.flatMap((page) => page.total ?? []));
  if (others.length > 0) return 'the number of what it holds changed';
  // One without an id is another one each time.
  const ids = pages.map((page) => new Set([page.items, page.misfits].flat().map((each) => each.id ?? each)));
  const count = ids.reduce((sum, { size }) => sum + size, 0);
  const held = new Set(ids.flatMap((page) => [...page])).size;
  if (held < count) return 'the same stood on two of its pages';
  return held < (total ?? 0) ? `it held ${held} and said that there were ${total}` : undefined;
}

/** Resources as the schema understands them, and those that it does not. */
export function sortOut<const S extends v.GenericSchema>(
  values: readonly unknown[],
  schema: S,
): { readonly items: v.InferOutput<S>[]; readonly misfits: Misfit[] } {
  const items: v.InferOutput<S>[] = [];
  const misfits: Misfit[] = [];
  for (const value of values) {
    const result = v.safeParse(schema, value, { abortEarly: true });
    if (result.success) items.push(result.output);
    else misfits.push({ id: idOf(value), value, why: whyUnfit(result.issues[0]) });
  }
  return { items, misfits };
}

function idOf(value: unknown): string | undefined {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}

/** What was read is no list that can be followed to its end. */
export function notAList(what: string, why: string): Failure {
  return new Failure({
    what,
    why: `the list is not complete: ${why}`,
    fix: 'Check that api-url is the address of the API itself',
  });
}

function restless(what: string, why: string): Failure {
  return new Failure({
    what,
    why: `the list is not complete: each of the ${readings} times that it was read, ${why}`,
    fix: 'Run the job again when nothing else changes what is listed',
  });
}
