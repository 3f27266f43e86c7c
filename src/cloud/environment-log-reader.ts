import * as v from 'valibot';
import { type HttpCall, type HttpClient, path } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import { parseItems } from '../http/lists.ts';
import { type Clock, timeOf } from '../time.ts';
import { eventOf, type LogEntry } from './environment-log.ts';

/**
 * The requests that Laravel Cloud allows in a window of milliseconds. Recorded: `x-ratelimit-limit: 30`, a minute. The
 * window here is a second longer, since the clocks of two machines differ.
 */
const limit = { requests: 30, window: 61_000 } as const;

/** Milliseconds before another look whether one of thirty running reads has ended. */
const pause = 1_000;

/** Spaces the reads of logs: all environments of a step share one limit. */
export class LogTurns {
  readonly #clock: Clock;
  #running = 0;
  /** The ends of the last reads, the oldest first: a request arrives before its end, however long it takes to get there. */
  #ended: readonly number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Reads as soon as the limit allows it. */
  async run<T>(read: () => Promise<T>, cancelled: AbortSignal): Promise<T> {
    for (;;) {
      const now = this.#clock.now();
      this.#ended = this.#ended.filter((at) => now - at < limit.window);
      if (this.#running + this.#ended.length < limit.requests) break;
      const [oldest] = this.#ended;
      await this.#clock.sleep(oldest === undefined ? pause : oldest + limit.window - now, cancelled);
    }
    this.#running += 1;
    try {
      return await read();
    } finally {
      this.#running -= 1;
      this.#ended = [...this.#ended, this.#clock.now()];
    }
  }
}

/** Access to an environment's log. */
export interface LogAccess {
  readonly environmentId: string;
  /** Calls `ask` with the client of the next request when it may be sent: the log has its own rate limit. */
  inTurn<T>(ask: (client: HttpClient) => Promise<T>): Promise<T>;
}

/** A span of the log, in milliseconds since 1970 on the service's clock; with a cursor, only the older pages. */
export interface LogSpan {
  readonly from: number;
  readonly to: number;
  readonly cursor?: string | undefined;
}

/** A page of the log. Recorded: about a hundred entries, the newest page first; `meta.cursor` leads to older pages. */
const Page = v.object({
  data: v.array(v.unknown()),
  meta: v.fallback(v.object({ cursor: v.optional(v.union([v.string(), v.number()])) }), {}),
});

const Entry = v.pipe(
  v.object({
    message: v.string(),
    type: v.fallback(v.string(), ''),
    logged_at: v.fallback(v.optional(v.string()), undefined),
  }),
  v.transform(({ message, type, logged_at }): LogEntry => ({ type, message, loggedAt: timeOf(logged_at) })),
);

/** A word in every line about a background process, for `query`. No documentation says how `query` filters. */
const filter = 'cluster';

type FilterMode = 'untried' | 'in-doubt' | 'works' | 'useless';

/** The entries about background processes that have been read from an environment's log, each once. */
export class EnvironmentLog {
  readonly #access: LogAccess;
  readonly #entries = new Map<string, LogEntry>();
  #filter: FilterMode = 'untried';

  constructor(access: LogAccess) {
    this.#access = access;
  }

  get entries(): readonly LogEntry[] {
    return [...this.#entries.values()];
  }

  /** Reads spans with at most `requests` requests. Returns an unread part; undefined if there is none. */
  async read(spans: readonly LogSpan[], requests: number): Promise<LogSpan | undefined> {
    let sent = 0;
    for (const span of spans) {
      let left: LogSpan | undefined = span;
      for (; left !== undefined; sent++) {
        if (sent === requests) return left;
        left = await this.#readPage(left);
      }
    }
    return undefined;
  }

  /** Returns all entries of the newest page of a span, also entries of applications. */
  async readAll(span: LogSpan): Promise<readonly LogEntry[]> {
    return (await this.#page(span, undefined)).entries;
  }

  async #readPage(span: LogSpan): Promise<LogSpan | undefined> {
    const mode = this.#filter;
    const isFiltering = mode === 'untried' || mode === 'works';
    const page = await this.#page(span, isFiltering ? filter : undefined).catch((error: unknown) => {
      if (!isFiltering || !isAboutTheFilter(error)) throw error;
      return undefined;
    });
    const own = page?.entries.filter((entry) => eventOf(entry) !== undefined) ?? [];
    for (const entry of own) this.#entries.set(`${entry.loggedAt} ${entry.message}`, entry);
    this.#filter = learned(mode, page?.raw, own.length);
    if (page === undefined || this.#filter === 'in-doubt') return span;
    // Without the filter, the newest page has no line about a process, either: the filter works.
    if (mode === 'in-doubt' && this.#filter === 'works') return undefined;
    return page.cursor === undefined ? undefined : { ...span, cursor: page.cursor };
  }

  async #page({ from, to, cursor }: LogSpan, query: string | undefined) {
    const { environmentId } = this.#access;
    const call: HttpCall = {
      method: 'GET',
      path: path`/environments/${environmentId}/logs`,
      query: {
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        ...(query === undefined ? {} : { query }),
        ...(cursor === undefined ? {} : { cursor }),
      },
      what: `Reading the log of ${environmentId}`,
      // The caller decides when to look again: the log has its own rate limit.
      once: true,
      forbidden: 'Give the token the permission to read logs',
    };
    const { data } = await this.#access.inTurn(async (client) => await client.json(call, Page));
    return {
      raw: data.data,
      entries: parseItems(data.data, Entry),
      cursor: String(data.meta.cursor ?? '') || undefined,
    };
  }
}

/**
 * Judges the filter by a page. An empty page leaves it in doubt: the log may have no lines about processes, or the
 * filter may be useless. Then the next page, read without the filter, decides.
 */
function learned(mode: FilterMode, page: readonly unknown[] | undefined, own: number): FilterMode {
  if (page === undefined) return 'useless';
  if (mode === 'in-doubt') return own > 0 ? 'useless' : 'works';
  if (mode === 'untried' && page.length === 0) return 'in-doubt';
  return mode !== 'useless' && page.every(isFiltered) ? 'works' : 'useless';
}

function isAboutTheFilter(error: unknown): boolean {
  return error instanceof HttpFailure && (error.status === 400 || error.status === 422);
}

function isFiltered(raw: unknown): boolean {
  return JSON.stringify(raw).toLowerCase().includes(filter);
}
