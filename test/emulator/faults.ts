import type { Answer } from './answer.ts';
import type { RecordedRequest } from './recorded-request.ts';

interface Acts {
  /** True if the server carries the request out before the fault; false by default. */
  acts?: boolean;
}

type FaultKind =
  /** Resets the connection, and does not act. */
  | { kind: 'reset-before' }
  /** Acts, then resets the connection. */
  | { kind: 'reset-after' }
  /** Responds with this status, and does not act. */
  | { kind: 'status'; status: number; body?: unknown }
  /** Acts, then responds with this status. */
  | { kind: 'status-after'; status: number; body?: unknown }
  /** Sends an HTML page instead of JSON; status 200 by default. */
  | ({ kind: 'html'; status?: number; page?: string } & Acts)
  /** Never responds. */
  | ({ kind: 'hang' } & Acts)
  /** Acts, then sends half of the body: less than announced (`length`), or cut JSON with a correct length (`json`). */
  | { kind: 'truncate'; how?: 'length' | 'json' }
  /** Responds after `ms`. Acts at once, or with `last` just before the response. */
  | { kind: 'slow'; ms: number; acting?: 'first' | 'last' }
  /** Acts, sends the headers at once, and the body in pieces with a pause before each. */
  | { kind: 'slow-body'; ms: number }
  /** Responds 429. `Retry-After` is a number of seconds, a text, or the HTTP date in `retryDateIn` seconds. */
  | {
      kind: 'rate-limit';
      retryAfter?: number | string;
      retryDateIn?: number;
      headers?: Record<string, string>;
    }
  | ({ kind: 'redirect'; location: string; status?: number } & Acts)
  /** Responds with success without a body; by default 201 to a POST, else 200. */
  | ({ kind: 'empty'; status?: number } & Acts)
  | ({ kind: 'body'; body: string; status?: number } & Acts)
  /** Sends a body of 9 MiB. */
  | { kind: 'huge' }
  /** Responds with this status (504 by default), hangs or resets at once, and acts `ms` later. */
  | { kind: 'late'; ms: number; answer?: number | 'hang' | 'reset' }
  /** Runs a function first, such as another run's request, then handles the request as usual. */
  | { kind: 'call'; call: (request: RecordedRequest) => unknown }
  /** Changes the response, also that of another fault. */
  | { kind: 'edit'; edit: (answer: Answer, request: RecordedRequest) => Answer };

export type Fault = FaultKind & {
  /**
   * An optional method and a pattern for path and query, such as `POST /background-processes$`; all requests by
   * default.
   */
  on?: string | RegExp;
  /** The number of the first affected request among the matching ones, from 1. */
  nth?: number;
  /** The number of affected requests; `Infinity` for all, 1 by default. */
  times?: number;
  /** Milliseconds from the first affected request on, in place of `times`. */
  lasts?: number;
};

export interface ArmedFault {
  /** The number of affected requests so far. */
  readonly struck: number;
  remove(): void;
}

interface Rule {
  fault: Fault;
  matches(request: RecordedRequest): boolean;
  seen: number;
  struck: number;
  ends: number | undefined;
}

/** The planned faults, with the requests that they affect. */
export class Faults {
  #rules: Rule[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(fault: Fault): ArmedFault {
    const rule: Rule = { fault, matches: matcher(fault), seen: 0, struck: 0, ends: undefined };
    this.#rules.push(rule);
    return {
      get struck() {
        return rule.struck;
      },
      remove: () => {
        this.#rules = this.#rules.filter((each) => each !== rule);
      },
    };
  }

  reset(): void {
    this.#rules = [];
  }

  /** Returns the faults of a request: every `call` and `edit`, and the first of the others. */
  strike(request: RecordedRequest): Fault[] {
    const due: Rule[] = [];
    for (const rule of this.#rules) {
      if (!rule.matches(request)) continue;
      rule.seen += 1;
      if (isDue(rule, this.#now())) due.push(rule);
    }
    const isQuiet = ({ fault }: Rule) => fault.kind === 'call' || fault.kind === 'edit';
    const loud = due.find((rule) => !isQuiet(rule));
    const striking = due.filter((rule) => isQuiet(rule) || rule === loud);
    for (const rule of striking) rule.struck += 1;
    return striking.map(({ fault }) => fault);
  }
}

function isDue(rule: Rule, now: number): boolean {
  const { nth = 1, times = 1, lasts } = rule.fault;
  if (rule.seen < nth) return false;
  if (lasts === undefined) return rule.seen < nth + times;
  rule.ends ??= now + lasts;
  return now < rule.ends;
}

/** Combines all edits of a request, in their order. */
export function editBy(striking: readonly Fault[], request: RecordedRequest): (answer: Answer) => Answer {
  const edits = striking.filter((fault) => fault.kind === 'edit');
  return (answer) => edits.reduce((edited, { edit }) => edit(edited, request), answer);
}

function matcher({ on }: Fault): (request: RecordedRequest) => boolean {
  if (on === undefined) return () => true;
  if (on instanceof RegExp) {
    return (request) => targets(request).some((target) => on.test(`${request.method} ${target}`));
  }
  const { method, pattern } = /^(?:(?<method>[A-Z]+)(?:\s+|$))?(?<pattern>.*)$/.exec(on)?.groups ?? {};
  const path = new RegExp(pattern ?? '');
  return (request) =>
    (method === undefined || method === request.method) &&
    targets(request).some((target) => path.test(target));
}

/** Returns the texts for patterns, with and without the query, so that a pattern may end at the path. */
function targets(request: RecordedRequest): string[] {
  const query = decodeURIComponent(new URLSearchParams(request.query).toString());
  return query === '' ? [request.path] : [request.path, `${request.path}?${query}`];
}
