import { forgeHints } from '../../src/forge/service.ts';
import type { HttpClient } from '../../src/http/client.ts';
import type { TransportRequest } from '../../src/http/transport.ts';
import { json, scriptedClient } from '../support/test-client.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';

export interface Scripted {
  readonly clock: VirtualClock;
  readonly client: HttpClient;
  /** `GET /orgs/acme/servers?filter[name]=web`, in the order they came. */
  readonly calls: string[];
}

/** A client whose requests are answered by a function: a body is sent as JSON with status 200. */
export function scripted(answer: (request: TransportRequest, call: number) => unknown): Scripted {
  const calls: string[] = [];
  const { client, clock, transport } = scriptedClient([], {
    baseUrl: new URL('https://forge.test/api'),
    deadline: Number.MAX_SAFE_INTEGER,
    hints: forgeHints,
  });
  transport.answer = (request) => {
    calls.push(`${request.method} ${decodeURIComponent(request.url.href.slice(22))}`);
    return json(200, answer(request, calls.length));
  };
  return { client, clock, calls };
}
