import type { Answer } from './answer.ts';
import type { RecordedRequest } from './recorded-request.ts';

interface Acts {
  /** True if the server carries the request out before the fault; false by default. */
  acts?: boolean;
}

type FaultKind =
  /** Resets the connection. */
  | ({ kind: 'reset' } & Acts)
  /** Responds with this status. */
  | ({ kind: 'status'; status: number; body?: unknown } & Acts)
  /** Sends an HTML page instead of JSON; status 200 by default. */
  | ({ kind: 'html'; status?: number; page?: string } & Acts)
  /** Never responds. */
  | ({ kind: 'hang' } & Acts)
  /** Acts, then sends half of the body: less than announced (`length`), or cut JSON with a correct length (`json`). */
  | { kind: 'truncate'; how?: 'length' | 'json' }
  /** Acts, and responds after `ms`. */
  | { kind: 'slow'; ms: number }
  /** Acts, sends the headers at once, and the body in pieces with a pause before each. */
  | { kind: 'slow-body'; ms: number }
  /** Responds 429. `Retry-After` is a number of seconds, a text, or the HTTP date in `retryDateIn` seconds. */
  | { kind: 'rate-limit'; retryAfter?: number | string; retryDateIn?: number }
  | ({ kind: 'redirect'; location: string; status?: number } & Acts)
  /** Responds with success without a body; by default 201 to a POST, else 200. */
  | ({ kind: 'empty'; status?: number } & Acts)
  | ({ kind: 'body'; body: string; status?: number } & Acts)
  /** Sends a body of 9 MiB. */
  | { kind: 'huge' }
  /** Responds 504, hangs or resets at once, and acts `ms` later. */
  | { kind: 'late'; ms: number; answer?: 'hang' | 'reset' }
  /** Runs a function first, such as another run's request, then handles the request as usual. */
  | { kind: 'call'; call: (request: RecordedRequest) => unknown }
  /** Changes the response, also that of another fault. */
  | { kind: 'edit'; edit: (answer: Answer, request: RecordedRequest) => Answer };

export type Fault = FaultKind & {
  /** An optional method and a pattern for the path: `POST /background-processes$`; all requests by default. */
  on?: string;
  /** The number of the first affected request among the matching ones, from 1. */
  nth?: number;
  /** The number of affected requests; `Infinity` for all, 1 by default. */
  times?: number;
  /** Milliseconds from the first affected request on, in place of `times`. */
  lasts?: number;
};

interface Rule {
  fault: Fault;
  seen: number;
  /** The number of affected requests so far. */
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

  add(fault: Fault): { readonly struck: number } {
    const rule: Rule = { fault, seen: 0, struck: 0, ends: undefined };
    this.#rules.push(rule);
    return rule;
  }

  reset(): void {
    this.#rules = [];
  }

  /** Returns the faults of a request: every `call` and `edit`, and the first of the others. */
  strike(request: RecordedRequest): Fault[] {
    const due: Rule[] = [];
    for (const rule of this.#rules) {
      if (!matches(rule.fault, request)) continue;
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

function matches({ on = '' }: Fault, { method, path }: RecordedRequest): boolean {
  const [, wanted = method, pattern = ''] = /^(?:([A-Z]+)(?:\s+|$))?(.*)$/.exec(on) ?? [];
  return wanted === method && new RegExp(pattern).test(path);
}
