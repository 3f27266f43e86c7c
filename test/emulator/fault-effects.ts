import type { ServerResponse } from 'node:http';
import { type Answer, document, failure, page, plainJson } from './answer.ts';
import type { Fault } from './faults.ts';
import type { RecordedRequest } from './recorded-request.ts';

/** The parts of the server that a fault uses. */
export interface Exchange {
  request: RecordedRequest;
  response: ServerResponse;
  now(): number;
  /** Carries the request out, and returns the response without sending it. */
  act(): Answer;
  send(answer: Answer): void;
  /** Returns the headers and the encoded body of a response, for faults that write it themselves. */
  encode(answer: Answer): { headers: Record<string, string>; body: Buffer };
  /** Runs a task later, unless the server is closed before. */
  later(ms: number, task: () => void): void;
}

const PAGE = '<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Sign in</body></html>';

const HUGE_BYTES = 9 * 1024 * 1024;

type Loud = Exclude<Fault, { kind: 'call' | 'edit' }>;

type Effects = {
  [Kind in Loud['kind']]: (exchange: Exchange, fault: Extract<Loud, { kind: Kind }>) => void;
};

const effects: Effects = {
  reset,
  status: ({ send }, { status, body = { message: 'Server Error' } }) => send(plainJson(status, body)),
  html: ({ send }, fault) => send(page(fault.status ?? 200, fault.page ?? PAGE)),
  hang: () => undefined,
  truncate: (exchange, { how = 'length' }) => truncate(exchange, how),
  slow: ({ act, later, send }, { ms }) => {
    const answer = act();
    later(ms, () => send(answer));
  },
  'slow-body': (exchange, { ms }) => drip(exchange, ms),
  'rate-limit': ({ now, send }, fault) =>
    send({ ...failure(429, 'Too Many Attempts.'), headers: retryAfter(fault, now()) }),
  redirect: ({ send }, { status = 302, location }) =>
    send({ ...page(status), headers: { Location: location } }),
  empty: ({ request, send }, { status = request.method === 'POST' ? 201 : 200 }) => send({ status }),
  body: ({ send }, { status = 200, body }) => send(document(status, body)),
  huge: ({ send }) => send(document(200, `{"data":[],"padding":"${'x'.repeat(HUGE_BYTES)}"}`)),
  late: (exchange, { ms, answer }) => {
    exchange.later(ms, () => exchange.act());
    if (answer === 'reset') reset(exchange);
    if (answer === undefined) exchange.send(failure(504, 'Server Error'));
  },
};

export function applyFault<Kind extends Loud['kind']>(
  fault: Extract<Loud, { kind: Kind }>,
  exchange: Exchange,
): void {
  if ('acts' in fault && fault.acts === true) exchange.act();
  const effect: (exchange: Exchange, fault: Extract<Loud, { kind: Kind }>) => void = effects[fault.kind];
  effect(exchange, fault);
}

function reset({ response }: Exchange): void {
  response.socket?.resetAndDestroy();
}

function retryAfter(
  { retryAfter, retryDateIn }: Extract<Fault, { kind: 'rate-limit' }>,
  now: number,
): Record<string, string> {
  if (retryAfter !== undefined) return { 'Retry-After': String(retryAfter) };
  if (retryDateIn === undefined) return {};
  return { 'Retry-After': new Date(now + retryDateIn * 1000).toUTCString() };
}

function truncate(exchange: Exchange, how: 'length' | 'json'): void {
  const { request, response } = exchange;
  const answer = exchange.act();
  const { headers, body } = exchange.encode(answer);
  const half = body.subarray(0, Math.floor(body.length / 2));
  request.answered = answer.status;
  if (how === 'json') {
    response.writeHead(answer.status, { ...headers, 'Content-Length': String(half.length) }).end(half);
    return;
  }
  response.writeHead(answer.status, headers);
  response.write(half, () => response.socket?.destroy());
}

function drip(exchange: Exchange, ms: number): void {
  const { request, response } = exchange;
  const answer = exchange.act();
  const { headers, body } = exchange.encode(answer);
  const size = Math.max(1, Math.ceil(body.length / 4));
  request.answered = answer.status;
  response.writeHead(answer.status, headers).flushHeaders();
  const next = (offset: number) => {
    exchange.later(ms, () => {
      const end = offset + size;
      response.write(body.subarray(offset, end));
      if (end >= body.length) response.end();
      else next(end);
    });
  };
  next(0);
}
