import type { Transport, TransportRequest, TransportResponse } from '../../src/http/transport.ts';
import type { Clock } from '../../src/time/clock.ts';
import type { CloudModel } from './cloud-model.ts';
import { json } from './cloud-model.ts';

/** What goes wrong with one request. `acts`: the server carries it out all the same. */
export type Fault =
  | { readonly kind: 'refused' }
  | { readonly kind: 'reset'; readonly acts: boolean }
  | { readonly kind: 'status'; readonly status: number; readonly acts: boolean }
  | { readonly kind: 'html'; readonly acts: boolean }
  | { readonly kind: 'hang'; readonly acts: boolean }
  | { readonly kind: 'truncated' }
  | { readonly kind: 'rate-limit'; readonly retryAfter: string | undefined }
  /** Answers 504 at once, and acts so many milliseconds later. */
  | { readonly kind: 'late'; readonly ms: number };

/** One request of a run, as it left. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly at: number;
  readonly fault: Fault['kind'] | undefined;
  /** When its answer came, or it was given up. */
  endedAt: number;
  status: number | undefined;
  /** Did it reach the server's hands, or may the run at least think so? */
  readonly mayHaveArrived: boolean;
}

export interface Line {
  readonly run: number;
  readonly clock: Clock;
  /** Milliseconds on the way, one after the other and round again: to the server, back, to the server, … */
  readonly delays: readonly number[];
  /** What goes wrong with the first request, the second, …; nothing after the last. */
  readonly faults: readonly (Fault | undefined)[];
  /** Called right after the server has carried something out for this run. */
  readonly onAct: (request: TransportRequest) => void;
}

/** The way from one run to the Cloud and back. */
export class Network implements Transport {
  readonly sent: Sent[] = [];
  readonly #cloud: CloudModel;
  readonly #line: Line;
  #hops = 0;

  constructor(cloud: CloudModel, line: Line) {
    this.#cloud = cloud;
    this.#line = line;
  }

  async send(request: TransportRequest, signal: AbortSignal): Promise<TransportResponse> {
    const { clock, faults } = this.#line;
    const fault = faults[this.sent.length];
    const sent: Sent = {
      method: request.method,
      path: request.url.pathname + request.url.search,
      at: clock.now(),
      fault: fault?.kind,
      endedAt: Number.POSITIVE_INFINITY,
      status: undefined,
      mayHaveArrived: fault?.kind !== 'refused' && fault?.kind !== 'rate-limit',
    };
    this.sent.push(sent);
    try {
      await this.#hop(signal);
      const response = await this.#serve(request, fault, signal);
      await this.#hop(signal);
      if (response instanceof Error) throw response;
      sent.status = response.status;
      return response;
    } finally {
      sent.endedAt = clock.now();
    }
  }

  async close(): Promise<void> {}

  async #hop(signal: AbortSignal): Promise<void> {
    const { clock, delays } = this.#line;
    await clock.sleep(delays[this.#hops++ % delays.length] ?? 0, signal);
  }

  async #serve(
    request: TransportRequest,
    fault: Fault | undefined,
    signal: AbortSignal,
  ): Promise<TransportResponse | Error> {
    if (fault === undefined) return this.#act(request);
    switch (fault.kind) {
      case 'refused':
        return withCode('ECONNREFUSED');
      case 'reset':
        if (fault.acts) this.#act(request);
        return withCode('ECONNRESET');
      case 'status':
        if (fault.acts) this.#act(request);
        return json(fault.status, { message: 'Server Error' });
      case 'html':
        if (fault.acts) this.#act(request);
        return {
          status: 200,
          headers: { 'content-type': 'text/html' },
          body: '<!doctype html><h1>Login</h1>',
        };
      case 'hang':
        if (fault.acts) this.#act(request);
        await this.#line.clock.sleep(Number.POSITIVE_INFINITY, signal);
        return withCode('never');
      case 'truncated': {
        const { body, ...head } = this.#act(request);
        return { ...head, body: body.slice(0, body.length / 2) };
      }
      case 'rate-limit': {
        const wait = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter };
        return { status: 429, headers: wait, body: '' };
      }
      case 'late':
        void this.#line.clock.sleep(fault.ms).then(() => this.#act(request));
        return json(504, { message: 'Gateway Timeout' });
    }
  }

  #act(request: TransportRequest): TransportResponse {
    const response = this.#cloud.handle(request, this.#line.run);
    this.#line.onAct(request);
    return response;
  }
}

function withCode(code: string): Error {
  return Object.assign(new Error(code), { code });
}
