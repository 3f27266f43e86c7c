import type { Answer } from './answer.ts';
import type { RecordedRequest } from './recorded-request.ts';

interface Acts {
  /** Whether the server carries the request out before it misbehaves. It does not unless told. */
  acts?: boolean;
}

type FaultKind =
  /** The connection is reset before anything happens. */
  | { kind: 'reset-before' }
  /** The request is carried out, then the connection is reset. */
  | { kind: 'reset-after' }
  /** Answers this instead of acting. */
  | { kind: 'status'; status: number; body?: unknown }
  /** Acts, but answers this. */
  | { kind: 'status-after'; status: number; body?: unknown }
  /** A page instead of JSON, 200 unless told. */
  | ({ kind: 'html'; status?: number; page?: string } & Acts)
  /** Never answers. */
  | ({ kind: 'hang' } & Acts)
  /** Acts, then breaks off: less body than announced, or JSON cut short with a length that is right. */
  | { kind: 'truncate'; how?: 'length' | 'json' }
  /** Answers late, and acts at once, or only just before it answers. */
  | { kind: 'slow'; ms: number; acting?: 'first' | 'last' }
  /** Acts, sends the head at once and the body in pieces with a pause before each. */
  | { kind: 'slow-body'; ms: number }
  /** A 429; the wait is told in seconds, as text, or as the HTTP date that lies so many seconds ahead. */
  | {
      kind: 'rate-limit';
      retryAfter?: number | string;
      retryDateIn?: number;
      headers?: Record<string, string>;
    }
  | ({ kind: 'redirect'; location: string; status?: number } & Acts)
  /** Success without a body: 201 to a POST, else 200, unless told. */
  | ({ kind: 'empty'; status?: number } & Acts)
  | ({
      kind: 'body';
      body: string;
      status?: number;
    } & Acts)
  /** A body of 9 MiB. */
  | { kind: 'huge' }
  /** Answers this status (504 unless told), hangs or resets at once, and acts so much later. */
  | { kind: 'late'; ms: number; answer?: number | 'hang' | 'reset' }
  /** Runs something first, such as another run's request, and goes on as if nothing was. */
  | { kind: 'call'; call: (request: RecordedRequest) => unknown }
  /** Changes the answer, whatever it is, and whatever else goes wrong with it. */
  | { kind: 'edit'; edit: (answer: Answer, request: RecordedRequest) => Answer };

export type Fault = FaultKind & {
  /** `POST /background-processes$`: a method, if it matters, and a pattern for path and query. All if left out. */
  on?: string | RegExp;
  /** The first matching request it strikes, from 1. */
  nth?: number;
  /** How many it strikes from there; Infinity for all. 1 if left out. */
  times?: number;
  /** How long it strikes from its first time on, in milliseconds; in place of `times`. */
  lasts?: number;
};

export interface ArmedFault {
  /** How often it has struck. */
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

/** What is to go wrong, and with which requests. */
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

  /** The faults that strike a request: every `call` and `edit`, and the first of all others. */
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

/** All edits that strike, one after the other. */
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

/** With and without the query, so that a pattern may end at the path. */
function targets(request: RecordedRequest): string[] {
  const query = decodeURIComponent(new URLSearchParams(request.query).toString());
  return query === '' ? [request.path] : [request.path, `${request.path}?${query}`];
}
