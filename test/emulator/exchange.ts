import type { ServerResponse } from 'node:http';
import type { Access } from './access.ts';
import type { Answer } from './answer.ts';
import type { Contract, Handlers, IncomingCall } from './contract.ts';
import type { Exchange } from './fault-effects.ts';
import type { RateLimits } from './rate-limits.ts';
import type { RecordedRequest } from './recorded-request.ts';

/** One of the two services. */
export interface Api {
  contract: Contract;
  handlers: Handlers;
  rateLimits: RateLimits;
  now(): number;
  /** Refuses an operation that the token does not permit. */
  permit(operation: string): Answer | undefined;
}

/** Makes an exchange: a request, with everything that a response needs. */
export function exchangeOf(parts: {
  api: Api;
  call: IncomingCall;
  request: RecordedRequest;
  response: ServerResponse;
  access: Access;
  later: Exchange['later'];
  edit: (answer: Answer) => Answer;
}): Exchange {
  const { api, call, request, response, access } = parts;
  const admit = (_call: IncomingCall, operation: string) =>
    access.check(call.headers['authorization']) ??
    api.rateLimits.take(api.now(), operation) ??
    api.permit(operation);
  const operation = api.contract.operationOf(call.method, call.path) ?? '';
  const encode = (answer: Answer) => {
    const { body: content, contentType } = answer;
    const body = encoded(content);
    const headers: Record<string, string> = {
      Date: new Date(api.now()).toUTCString(),
      ...(answer.status === 401 ? {} : api.rateLimits.headers(api.now(), operation)),
      ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
      ...(answer.status === 204 ? {} : { 'Content-Length': String(body.length) }),
      ...answer.headers,
    };
    return { headers, body };
  };
  return {
    request,
    response,
    now: api.now,
    later: parts.later,
    encode,
    act: () => parts.edit(api.contract.handle(call, api.handlers, admit)),
    send: (answer) => {
      if (response.destroyed) return;
      const { headers, body } = encode(answer);
      request.answered = answer.status;
      response.writeHead(answer.status, headers).end(body);
    },
  };
}

function encoded(content: unknown): Buffer {
  if (content instanceof Uint8Array) return Buffer.from(content);
  return Buffer.from(typeof content === 'string' ? content : (JSON.stringify(content) ?? ''));
}
