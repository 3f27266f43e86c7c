import type { ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
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

export function applyFault(fault: Exclude<Fault, { kind: 'call' | 'edit' }>, exchange: Exchange): void {
  if ('acts' in fault && fault.acts === true) exchange.act();
  switch (fault.kind) {
    case 'reset-before':
      reset(exchange);
      break;
    case 'reset-after':
      exchange.act();
      reset(exchange);
      break;
    case 'status':
      exchange.send(reply(fault));
      break;
    case 'status-after':
      exchange.act();
      exchange.send(reply(fault));
      break;
    case 'html':
      exchange.send({
        status: fault.status ?? 200,
        body: fault.page ?? PAGE,
        contentType: 'text/html; charset=UTF-8',
      });
      break;
    case 'hang':
      break;
    case 'truncate':
      truncate(exchange, fault.how ?? 'length');
      break;
    case 'slow': {
      const answer = fault.acting === 'last' ? undefined : exchange.act();
      exchange.later(fault.ms, () => exchange.send(answer ?? exchange.act()));
      break;
    }
    case 'slow-body':
      drip(exchange, fault.ms);
      break;
    case 'rate-limit':
      exchange.send(rateLimit(fault, exchange.now()));
      break;
    case 'redirect':
      exchange.send({
        status: fault.status ?? 302,
        body: '',
        contentType: 'text/html; charset=UTF-8',
        headers: { Location: fault.location },
      });
      break;
    case 'empty':
      exchange.send({ status: fault.status ?? (exchange.request.method === 'POST' ? 201 : 200) });
      break;
    case 'body':
      exchange.send({
        status: fault.status ?? 200,
        body: fault.body,
        contentType: 'application/vnd.api+json',
      });
      break;
    case 'huge':
      flood(exchange);
      break;
    case 'late': {
      exchange.later(fault.ms, () => exchange.act());
      if (fault.answer === 'reset') reset(exchange);
      else if (fault.answer !== 'hang') exchange.send(bare(fault.answer ?? 504));
      break;
    }
  }
}

function reply({ status, body = { message: 'Server Error' } }: { status: number; body?: unknown }): Answer {
  return { status, body, contentType: 'application/json' };
}

/** Returns a response with a status only: without a body for a success, with a short message for an error. */
function bare(status: number): Answer {
  return status < 300 ? { status } : reply({ status });
}

function rateLimit(fault: Extract<Fault, { kind: 'rate-limit' }>, now: number): Answer {
  const headers: Record<string, string> = { ...fault.headers };
  if (fault.retryAfter !== undefined) headers['Retry-After'] = String(fault.retryAfter);
  if (fault.retryDateIn !== undefined) {
    headers['Retry-After'] = new Date(now + fault.retryDateIn * 1000).toUTCString();
  }
  return { status: 429, body: { message: 'Too Many Attempts.' }, contentType: 'application/json', headers };
}

function reset({ response }: Exchange): void {
  response.socket?.resetAndDestroy();
}

function truncate(exchange: Exchange, how: 'length' | 'json'): void {
  const answer = exchange.act();
  const { headers, body } = exchange.encode(answer);
  const half = body.subarray(0, Math.floor(body.length / 2));
  exchange.request.answered = answer.status;
  if (how === 'json') {
    exchange.response
      .writeHead(answer.status, { ...headers, 'Content-Length': String(half.length) })
      .end(half);
    return;
  }
  exchange.response.writeHead(answer.status, headers);
  exchange.response.write(half, () => exchange.response.socket?.destroy());
}

function drip(exchange: Exchange, ms: number): void {
  const answer = exchange.act();
  const { headers, body } = exchange.encode(answer);
  const size = Math.max(1, Math.ceil(body.length / 4));
  exchange.request.answered = answer.status;
  exchange.response.writeHead(answer.status, headers).flushHeaders();
  const next = (offset: number) => {
    exchange.later(ms, () => {
      const end = offset + size;
      exchange.response.write(body.subarray(offset, end));
      if (end >= body.length) exchange.response.end();
      else next(end);
    });
  };
  next(0);
}

function flood({ request, response }: Exchange): void {
  request.answered = 200;
  response.writeHead(200, { 'Content-Type': 'application/vnd.api+json' });
  response.write('{"data":[],"padding":"');
  const block = Buffer.alloc(64 * 1024, 'x');
  let left = HUGE_BYTES;
  const pour = () => {
    while (left > 0) {
      if (response.destroyed) return;
      const piece = block.subarray(0, Math.min(left, block.length));
      left -= piece.length;
      if (!response.write(piece)) {
        response.once('drain', pour);
        return;
      }
    }
    response.end('"}');
  };
  pour();
}
