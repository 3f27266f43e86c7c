import type { Transport, TransportRequest, TransportResponse } from '../../src/http/transport.ts';
import { RateLimits } from '../emulator/rate-limits.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';

/** What one answer takes on its way, in milliseconds. */
const latency = 100;
const perPage = 100;
/** When the virtual clock starts. */
const startOfTime = Date.UTC(2026, 3, 4);

/** A Laravel Cloud in memory that counts requests as the real one does, on a virtual clock: for many, many requests. */
export class LimitedCloud implements Transport {
  readonly #clock: VirtualClock;
  readonly #limits: RateLimits;
  readonly #processes = new Map<string, object[]>();
  #made = 0;
  /** How many requests were turned away. */
  refused = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    this.#limits = new RateLimits({
      enforced: true,
      windowMs: 60_000,
      general: 120,
      changes: 30,
      commands: 20,
      logs: 30,
      resetOn: 'refusals',
      reset: 'absolute',
      retryAfter: true,
    });
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    await this.#clock.sleep(latency / 2);
    const answer = this.#answer(request);
    await this.#clock.sleep(latency / 2);
    return answer;
  }

  async close(): Promise<void> {}

  /** How many processes there are. */
  get count(): number {
    return [...this.#processes.values()].flat().length;
  }

  #answer({ method, url, body = '{}' }: TransportRequest): TransportResponse {
    const now = startOfTime + this.#clock.now();
    const date = new Date(now).toUTCString();
    const refusal = this.#limits.take(now, method === 'POST' ? 'createBackgroundProcess' : 'list');
    if (refusal !== undefined) {
      this.refused++;
      return answer(429, refusal.body, { date, ...lowerCase(refusal.headers ?? {}) });
    }
    const processes = this.#processesAt(url.pathname);
    if (method === 'GET') return answer(200, pageOf(processes, url), { date });
    const id = `process-${String(++this.#made).padStart(8, '0')}`;
    const made = { id, type: 'background_processes', attributes: { ...JSON.parse(body), created_at: date } };
    processes.push(made);
    return answer(201, { data: made }, { date });
  }

  #processesAt(path: string): object[] {
    const [instance = ''] = /inst-\d+/.exec(path) ?? [];
    const processes = this.#processes.get(instance) ?? [];
    this.#processes.set(instance, processes);
    return processes;
  }
}

function pageOf(processes: readonly object[], url: URL): object {
  const page = Number(url.searchParams.get('page') ?? 1);
  const last = Math.max(1, Math.ceil(processes.length / perPage));
  const next = page < last ? { next: `${url.origin}${url.pathname}?page=${page + 1}` } : {};
  return {
    data: processes.slice((page - 1) * perPage, page * perPage),
    links: next,
    meta: { current_page: page, last_page: last, per_page: perPage, total: processes.length },
  };
}

function answer(status: number, body: unknown, headers: Record<string, string>): TransportResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
