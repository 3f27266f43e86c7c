import type { Transport, TransportRequest, TransportResponse } from '../../src/http/transport.ts';
import type { Clock } from '../../src/time.ts';
import type { Manners } from './manners.ts';
import { beginning, type ServerModel } from './server-model.ts';

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
export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly at: number;
  readonly fault: Fault['kind'] | undefined;
  /** When its answer came, or it was given up. */
  endedAt: number;
  status: number | undefined;
  /** Milliseconds for which its answer told the run to wait: so much later is its deadline at most. */
  held: number;
  /** Did it reach the server's hands, or may the run at least think so? */
  readonly mayHaveArrived: boolean;
}

/** The end of a run that nothing announces: its machine is gone with this request, unsent or carried out. */
export interface Kill {
  /** The first, the second, … */
  readonly request: number;
  readonly when: 'before' | 'after';
}

export interface Line {
  readonly run: number;
  readonly clock: Clock;
  readonly removal: Manners['removal'];
  /** Milliseconds on the way, one after the other and round again: to the server, back, to the server, … */
  readonly delays: readonly number[];
  /** How far lists lie behind, one after the other and round again. */
  readonly lags: readonly number[];
  readonly skew: number;
  /** What goes wrong with the first request, the second, …; nothing after the last. */
  readonly faults: readonly (Fault | undefined)[];
  readonly kill: Kill | undefined;
  readonly onKilled: () => void;
  /** Called right after the server has carried something out whose answer this run sees. */
  readonly onAct: (request: TransportRequest) => void;
}

/** The way from one run to the server and back. */
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

  /** What left before the end arrives all the same. */
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

  /** A removal takes its time, whether or not anybody waits for its end. */
  async #actInTime(request: TransportRequest, signal: AbortSignal): Promise<TransportResponse> {
    const { clock, removal } = this.#line;
    if (request.method !== 'DELETE' || removal.takes === 0) return this.#act(request, true);
    const done = removal.acts === 'at its start' ? this.#act(request, true) : undefined;
    const answer = clock.sleep(removal.takes).then(() => done ?? this.#act(request, true));
    return await unlessAborted(answer, signal);
  }

  #act(request: TransportRequest, isAnswered = false): TransportResponse {
    const { run, skew, lags } = this.#line;
    const lag = lags[this.#looks++ % lags.length] ?? 0;
    const response = this.#server.handle(request, { run, skew, lag, isAnswered });
    if (isAnswered) this.#line.onAct(request);
    return response;
  }
}

async function unlessAborted<T>(task: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return await new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    task.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function json(status: number, body: unknown): TransportResponse {
  return { status, headers: { 'content-type': 'application/vnd.api+json' }, body: JSON.stringify(body) };
}

function withCode(code: string): Error {
  return Object.assign(new Error(code), { code });
}
