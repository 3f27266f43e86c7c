import { Failure } from '../failure.ts';
import type { Method, Transport } from '../http/transport.ts';

const methods = ['GET', 'POST', 'PATCH', 'DELETE'] as const satisfies readonly Method[];

export interface FetchOptions {
  readonly transport: Transport;
  /** The one origin that requests, and so the token, may go to. */
  readonly origin: string;
  /** Milliseconds that one request may take. */
  readonly timeout: number;
  /** Ends everything: some time is left after the step was told to stop, so that what it tells is not stale. */
  readonly cutOff: AbortSignal;
}

/** `fetch` for libraries that want one, over a transport: its proxy, its limits, and no redirects. */
export function fetchThrough({ transport, origin, timeout, cutOff }: FetchOptions) {
  return async (address: string, init: RequestInit): Promise<Response> => {
    const url = new URL(address);
    if (url.origin !== origin) throw refused(`it leads to ${url.origin}, where the token must not go`);
    const method = methods.find((known) => known === init.method);
    if (method === undefined) throw refused(`its method is ${init.method}`);
    const { status, headers, body } = await transport.send(
      {
        method,
        url,
        headers: Object.fromEntries(new Headers(init.headers)),
        ...(typeof init.body === 'string' ? { body: init.body } : {}),
      },
      AbortSignal.any([AbortSignal.timeout(timeout), cutOff]),
    );
    if (status >= 300 && status < 400) throw refused(`it was answered ${status}, a redirect`);
    return new Response(body === '' ? null : body, { status, headers });
  };
}

function refused(why: string): Failure {
  return new Failure({ what: 'A request to GitHub', why });
}
