import type { TransportRequest, TransportResponse } from '../../src/http/transport.ts';
import { SERVER_DEFAULTS, storedConfig, workerCommand } from '../emulator/worker-command.ts';
import { History } from './history.ts';
import { type Manners, oddResource } from './manners.ts';

export interface StoredProcess {
  readonly id: string;
  readonly type: string;
  readonly processes: number;
  readonly command: string;
  readonly config: Record<string, unknown>;
  readonly createdAt: string | null;
  /** When it was really made, on the world's clock. */
  readonly madeAt: number;
  /** The run that made it; undefined for what was there before or is of somebody else. */
  readonly madeBy: number | undefined;
}

export type Seed = Pick<StoredProcess, 'type' | 'processes' | 'command' | 'config'> & {
  /** Made just before the world began, and not long ago. */
  readonly recent?: boolean;
};

/** Who asks: each run meets another server, whose view and whose clock may differ. */
export interface Asker {
  readonly run: number;
  /** Does the answer reach it? */
  readonly isAnswered: boolean;
  /** How far its lists lie behind. */
  readonly lag: number;
  /** How far the clock is ahead that dates what it makes. */
  readonly skew: number;
}

/** A removal that took effect. */
export interface Removal {
  readonly process: StoredProcess;
  readonly by: number;
}

/** One page of a list, as a run got to see it. */
export interface Look {
  readonly at: number;
  /** The moment that it showed. */
  readonly moment: number;
  readonly page: number;
  readonly ids: ReadonlySet<string>;
}

export const instanceId = 'inst-1';
export const apiUrl = new URL('https://cloud.example/api');

/** Midnight, when every world begins. */
export const beginning = Date.UTC(2026, 3, 4);

/** One instance's background processes, in memory; each request is carried out in one go. */
export class CloudModel {
  readonly removals: Removal[] = [];
  /** Everything that was ever there. */
  readonly made: StoredProcess[] = [];
  /** What somebody else than the runs has taken away. */
  readonly takenAway = new Set<string>();
  readonly removedAt: { readonly id: string; readonly at: number }[] = [];
  /** The statuses with which requests were turned away by all. */
  readonly turnedAway = new Set<number>();
  updates = 0;
  churned = 0;
  readonly #manners: Manners;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #history = new History<StoredProcess>();
  readonly #looks = new Map<number, Look[]>();
  #order: Manners['order'];
  #pagesServed = 0;
  #window: { readonly until: number; used: number } = { until: 0, used: 0 };
  #count = 0;
  /** Resources as they are written, which is the same each time. */
  readonly #written = new Map<StoredProcess, unknown>();

  constructor(manners: Manners, now: () => number, random: () => number) {
    this.#manners = manners;
    this.#order = manners.order;
    this.#now = now;
    this.#random = random;
  }

  get processes(): ReadonlyMap<string, StoredProcess> {
    return this.#history.now;
  }

  at(moment: number): ReadonlyMap<string, StoredProcess> {
    return this.#history.at(moment);
  }

  /** What a run has been shown of the list, page by page. */
  looksOf(run: number): readonly Look[] {
    return this.#looks.get(run) ?? [];
  }

  /** Puts a process there, as if made long before. */
  seed(seed: Seed): StoredProcess {
    const date = seed.recent === true ? beginning - 20_000 : Date.UTC(2026, 0, 1);
    return this.#add(seed, this.#dateAs(date), undefined, date, Number.NEGATIVE_INFINITY);
  }

  /** Somebody else deletes the youngest of these. */
  takeAwayYoungest(matching: (process: StoredProcess) => boolean): void {
    const youngest = [...this.processes.values()].filter(matching).at(-1);
    if (youngest !== undefined) this.#takeAway(youngest.id);
  }

  /** Carries a request of a run out. */
  handle(request: TransportRequest, asker: Asker): TransportResponse {
    const turnedAway = this.#turnAway();
    if (turnedAway !== undefined) return turnedAway;
    const [, , collection, id] = request.url.pathname.split('/');
    const body: unknown = request.body === undefined ? {} : JSON.parse(request.body);
    if (collection === 'instances' && id === instanceId) {
      if (request.method === 'GET') return this.#json(200, this.#page(request.url, asker));
      if (request.method === 'POST')
        return this.#json(201, { data: this.#resource(this.#create(body, asker)) });
    }
    const process = collection === 'background-processes' ? this.processes.get(id ?? '') : undefined;
    if (process === undefined) return this.#json(404, { message: 'Not found.' });
    if (request.method === 'PATCH') return this.#json(200, { data: this.#update(process, body) });
    if (request.method === 'DELETE') return this.#remove(process, asker.run);
    return this.#json(200, { data: this.#resource(this.#byId(process)) });
  }

  #turnAway(): TransportResponse | undefined {
    const { budget, outage } = this.#manners;
    const now = this.#now();
    if (outage !== undefined && now >= outage.from && now < outage.until) {
      this.turnedAway.add(503);
      return this.#json(503, { message: 'Service Unavailable' });
    }
    if (budget === undefined) return undefined;
    if (now >= this.#window.until) this.#window = { until: now + 60_000, used: 0 };
    if (this.#window.used++ < budget) return undefined;
    this.turnedAway.add(429);
    const wait = Math.ceil((this.#window.until - now) / 1000);
    return {
      ...this.#json(429, { message: 'Too Many Attempts.' }),
      headers: { 'retry-after': String(wait) },
    };
  }

  #create(body: unknown, { run, skew }: Asker): StoredProcess {
    const { type, processes, command, config } = fields(body);
    const filled = this.#manners.fillsDefaults && type === 'worker' ? SERVER_DEFAULTS : {};
    const date = beginning + Math.floor(this.#now()) + skew;
    return this.#add(
      {
        type: String(type),
        processes: Number(processes),
        command: String(command ?? ''),
        config: { ...filled, ...fields(config) },
      },
      this.#dateAs(date),
      run,
      date,
    );
  }

  #add(
    { type, processes, command, config }: Seed,
    createdAt: string | null,
    madeBy: number | undefined,
    date: number,
    madeAt = this.#now(),
  ): StoredProcess {
    const id = this.#newId(date);
    const process = { type, processes, command, config, id, createdAt, madeAt, madeBy };
    this.#history.put(id, process, madeAt);
    this.made.push(process);
    return process;
  }

  #newId(date: number): string {
    const count = hex(this.#count++);
    switch (this.#manners.ids) {
      case 'in order':
        return `process-${count}`;
      case 'by the clock':
        return `process-${hex(date)}-${count}`;
      case 'random':
        return `process-${hex(Math.floor(this.#random() * 2 ** 32))}-${count}`;
    }
  }

  /** Content by id lies behind a little after an update; whether it is there at all does not. */
  #byId(process: StoredProcess): StoredProcess {
    return this.#history.at(this.#now() - this.#manners.patchLag).get(process.id) ?? process;
  }

  #update(process: StoredProcess, body: unknown): unknown {
    const { patch, patchIgnores, patchAnswers, patchLag } = this.#manners;
    this.updates += 1;
    const given = fields(body);
    const options = { ...fields(given['config']) };
    if (patchIgnores === 'tries') delete options['tries'];
    const kept = patch === 'merges' || given['config'] === undefined ? process.config : {};
    const updated = {
      ...process,
      ...(patchIgnores === 'processes' ? {} : { processes: Number(given['processes'] ?? process.processes) }),
      command: String(given['command'] ?? process.command),
      config: { ...kept, ...options },
    };
    if (patchAnswers !== 'another, not applied') this.#history.put(process.id, updated, this.#now());
    if (patchAnswers !== 'itself') return this.#resource({ ...updated, id: 'process-of-another' });
    return this.#resource(patchLag > 0 ? process : updated);
  }

  #remove(process: StoredProcess, by: number): TransportResponse {
    this.#history.drop(process.id, this.#now());
    this.removals.push({ process, by });
    this.removedAt.push({ id: process.id, at: this.#now() });
    return { status: 204, headers: {}, body: '' };
  }

  #page(url: URL, asker: Asker): unknown {
    const before = this.looksOf(asker.run);
    const moment = Math.max(this.#now() - asker.lag, before.at(-1)?.moment ?? Number.NEGATIVE_INFINITY);
    const seen = [...this.#history.at(moment).values()];
    if (this.#order === 'newest first') seen.reverse();
    const { perPage, odd } = this.#manners;
    const all = [...odd.map(oddResource), ...seen.map((process) => this.#resource(process))];
    const page = Number(url.searchParams.get('page') ?? '1');
    const next = new URL(url);
    next.searchParams.set('page', String(page + 1));
    const shown = all.slice((page - 1) * perPage, page * perPage);
    const ids = new Set(shown.map((resource) => String(fields(resource)['id'])));
    if (asker.isAnswered) this.#looks.set(asker.run, [...before, { at: this.#now(), moment, page, ids }]);
    const more = page * perPage < all.length;
    if (more) this.#churn();
    return {
      data: shown,
      links: more ? { next: next.href } : {},
      meta: { current_page: page, total: all.length },
    };
  }

  /** What somebody else does while pages are read. */
  #churn(): void {
    const { kind, every, times } = this.#manners.churn;
    if (this.churned >= times || ++this.#pagesServed % every !== 0) return;
    this.churned += 1;
    if (kind === 'reorder') {
      this.#order = this.#order === 'newest first' ? 'oldest first' : 'newest first';
      return;
    }
    const other = [...this.processes.values()].find(({ command }) => command.startsWith(passingBy));
    if (other !== undefined) this.#takeAway(other.id);
    const command = `${passingBy} ${this.churned}`;
    this.#add(
      { type: 'custom', processes: 1, command, config: {} },
      this.#dateAs(beginning + this.#now()),
      undefined,
      beginning + this.#now(),
    );
  }

  #takeAway(id: string): void {
    this.#history.drop(id, this.#now());
    this.takenAway.add(id);
    this.removedAt.push({ id, at: this.#now() });
  }

  #resource(process: StoredProcess): unknown {
    const written = this.#written.get(process) ?? this.#write(process);
    this.#written.set(process, written);
    return written;
  }

  #write({ id, type, processes, command, config, createdAt }: StoredProcess): unknown {
    const { numbersAsText, configAs } = this.#manners;
    const told = numbersAsText ? asText : (value: unknown) => value;
    const stored = Object.fromEntries(
      Object.entries(storedConfig(config)).map(([key, value]) => [key, told(value)]),
    );
    return {
      id,
      type: 'background_processes',
      attributes: {
        type,
        processes: told(processes),
        command: type === 'worker' ? workerCommand(config) : command,
        config: type === 'worker' ? (configAs === 'an object' ? stored : [stored]) : [],
        strategy_type: null,
        strategy_threshold: null,
        created_at: createdAt,
      },
    };
  }

  #dateAs(ms: number): string | null {
    const { dates } = this.#manners;
    if (dates === 'none') return null;
    const date = new Date(Math.floor(ms)).toISOString();
    return dates === 'second' ? date.replace(/\.\d+Z$/, '.000000Z') : date.replace(/Z$/, '000Z');
  }

  #json(status: number, body: unknown): TransportResponse {
    const date = new Date(beginning + this.#now()).toUTCString();
    return {
      status,
      headers: { 'content-type': 'application/vnd.api+json', date },
      body: JSON.stringify(body),
    };
  }
}

/** Processes of this command come and go while pages are read. */
export const passingBy = 'php artisan passing:by';

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function asText(value: unknown): unknown {
  return value === null ? null : String(value);
}

function hex(number: number): string {
  return number.toString(16).padStart(8, '0');
}
