import type { Transport, TransportRequest, TransportResponse } from '../../src/http/transport.ts';
import type { Clock } from '../../src/time.ts';
import { forever, htmlPage, json, networkError, text } from '../support/test-client.ts';
import type { Manners } from './manners.ts';
import { beginning, type ServerModel } from './server-model.ts';

/** A fault of one request. `acts`: true if the server still carries out the request. */
export type Fault =
  | { readonly kind: 'refused' | 'truncated' }
  | { readonly kind: 'reset' | 'html' | 'hang'; readonly acts: boolean }
  | { readonly kind: 'status'; readonly status: number; readonly acts: boolean }
  | { readonly kind: 'rate-limit'; readonly retryAfter: string | undefined }
  /** The server responds 504 at once, and acts `ms` milliseconds later. */
  | { readonly kind: 'late'; readonly ms: number };

/** A request that a run sent. */
export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly at: number;
  readonly fault: Fault['kind'] | undefined;
  /** The time of the response, or of the end of the wait for it. */
  endedAt: number;
  status: number | undefined;
  /** The `Retry-After` of the response in milliseconds. It extends the run's deadline by at most this time. */
  held: number;
  /** True unless the run knows that the request did not take effect. */
  readonly mayHaveArrived: boolean;
}

/** A sudden end of a run, without a signal: just before a request, or after it was sent. */
export interface Kill {
  /** The number of the request, from 1. */
  readonly request: number;
  readonly when: 'before' | 'after';
}

export interface Line {
  readonly run: number;
  readonly clock: Clock;
  readonly removal: Manners['removal'];
  /** The delays in milliseconds, to the server and back in turn, repeated from the start. */
  readonly delays: readonly number[];
  /** The lags in milliseconds, one for each request, repeated from the start. */
  readonly lags: readonly number[];
  readonly skew: number;
  /** The faults of the first request, the second and so on; no faults after the last entry. */
  readonly faults: readonly (Fault | undefined)[];
  readonly kill: Kill | undefined;
  readonly onKilled: () => void;
  /** Called right after the server has carried out a request whose response reaches the run. */
  readonly onAct: (request: TransportRequest) => void;
}

/** The network between one run and the server. */
export class Network implements Transport {
  readonly sent: SentRequest[] = [];
  readonly #server: ServerModel;
  readonly #line: Line;
  #hops = 0;
  #looks = 0;
  #dead = false;

  constructor(server: ServerModel, line: Line) {
    this.#server = server;
    this.#line = line;
  }

  async send(request: TransportRequest, signal: AbortSignal): Promise<TransportResponse> {
    const { clock, faults, kill } = this.#line;
    const fatal = kill?.request === this.sent.length + 1 ? kill.when : undefined;
    if (this.#dead || fatal === 'before') return await this.#die();
    const fault = faults[this.sent.length];
    const sent: SentRequest = {
      method: request.method,
      path: request.url.pathname + request.url.search,
      at: clock.now(),
      fault: fault?.kind,
      endedAt: Number.POSITIVE_INFINITY,
      status: undefined,
      held: 0,
      mayHaveArrived: fault?.kind !== 'refused' && fault?.kind !== 'rate-limit',
    };
    this.sent.push(sent);
    if (fatal === 'after') {
      void this.#arrives(request);
      return await this.#die();
    }
    try {
      await this.#hop(signal);
      const response = await this.#serve(request, fault, signal);
      await this.#hop(signal);
      if (response instanceof Error) throw response;
      sent.status = response.status;
      sent.held = this.#heldBy(response);
      return response;
    } finally {
      sent.endedAt = clock.now();
    }
  }

  async close(): Promise<void> {}

  #heldBy({ headers }: TransportResponse): number {
    const after = String(headers['retry-after'] ?? 0);
    const ms = /^\d+$/.test(after)
      ? Number(after) * 1_000
      : Date.parse(after) - beginning - this.#line.clock.now();
    return Math.max(0, ms);
  }

  /** Delivers a request that was sent before the run was killed. */
  async #arrives(request: TransportRequest): Promise<void> {
    await this.#line.clock.sleep(this.#nextDelay());
    this.#act(request);
  }

  async #die(): Promise<never> {
    this.#dead = true;
    this.#line.onKilled();
    return await new Promise(() => undefined);
  }

  #nextDelay(): number {
    const { delays } = this.#line;
    return delays[this.#hops++ % delays.length] ?? 0;
  }

  async #hop(signal: AbortSignal): Promise<void> {
    await this.#line.clock.sleep(this.#nextDelay(), signal);
  }

  async #serve(
    request: TransportRequest,
    fault: Fault | undefined,
    signal: AbortSignal,
  ): Promise<TransportResponse | Error> {
    if (fault === undefined) return await this.#actInTime(request, signal);
    if ('acts' in fault && fault.acts) this.#act(request);
    switch (fault.kind) {
      case 'refused':
        return networkError('ECONNREFUSED');
      case 'reset':
        return networkError('ECONNRESET');
      case 'status':
        return json(fault.status, { message: 'Server Error' });
      case 'html':
        return htmlPage;
      case 'hang':
        return await forever(signal);
      case 'truncated': {
        const { body, ...head } = this.#act(request);
        return { ...head, body: body.slice(0, body.length / 2) };
      }
      case 'rate-limit':
        return text(429, '', fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter });
      case 'late':
        void this.#line.clock.sleep(fault.ms).then(() => this.#act(request));
        return json(504, { message: 'Gateway Timeout' });
    }
  }

  /** Carries out a request. A removal takes its time, also if the run no longer waits for the response. */
  async #actInTime(request: TransportRequest, signal: AbortSignal): Promise<TransportResponse> {
    const { clock, removal } = this.#line;
    if (request.method !== 'DELETE' || removal.takes === 0) return this.#act(request, true);
    const done = removal.acts === 'at its start' ? this.#act(request, true) : undefined;
    const answer = clock.sleep(removal.takes).then(() => done ?? this.#act(request, true));
    return await Promise.race([answer, forever(signal)]);
  }

  #act(request: TransportRequest, isAnswered = false): TransportResponse {
    const { run, skew, lags } = this.#line;
    const lag = lags[this.#looks++ % lags.length] ?? 0;
    const response = this.#server.handle(request, { run, skew, lag, isAnswered });
    if (isAnswered) this.#line.onAct(request);
    return response;
  }
}
