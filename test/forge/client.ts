import { forgeHints } from '../../src/forge/service.ts';
import { HttpClient } from '../../src/http/client.ts';
import type { TransportRequest } from '../../src/http/transport.ts';
import { Deadline } from '../../src/time.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

export interface Scripted {
  readonly clock: VirtualClock;
  readonly client: HttpClient;
  /** `GET /orgs/acme/servers?filter[name]=web`, in the order they came. */
  readonly calls: string[];
}

/** A client whose requests are answered by a function: a body is sent as JSON with status 200. */
export function scripted(answer: (request: TransportRequest, call: number) => unknown): Scripted {
  const clock = new VirtualClock();
  const never = new AbortController().signal;
  const calls: string[] = [];
  const client = new HttpClient({
    baseUrl: new URL('https://forge.test/api'),
    token: 'token',
    userAgent: 'test',
    hints: forgeHints,
    transport: {
      async send(request) {
        calls.push(`${request.method} ${decodeURIComponent(request.url.href.slice(22))}`);
        const body = answer(request, calls.length);
        return {
          status: 200,
          headers: { 'content-type': 'application/vnd.api+json' },
          body: JSON.stringify(body),
        };
      },
      close: async () => undefined,
    },
    requestTimeout: 1_000,
    deadline: new Deadline(clock, Number.MAX_SAFE_INTEGER),
    clock,
    wallClock: () => 0,
    random: () => 1,
    cancelled: never,
    cutOff: never,
    onRetry: () => undefined,
    onExchange: () => undefined,
  });
  return { client, clock, calls };
}
