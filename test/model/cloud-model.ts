import type { TransportRequest, TransportResponse } from '../../src/http/transport.ts';
import { SERVER_DEFAULTS, storedConfig, workerCommand } from '../emulator/worker-command.ts';

/** How this Laravel Cloud behaves where its description leaves room. */
export interface Manners {
  readonly perPage: number;
  readonly order: 'oldest first' | 'newest first';
  /** Options that a create leaves out are filled in. */
  readonly fillsDefaults: boolean;
  readonly patch: 'merges' | 'replaces';
  /** A field that an update accepts and does not apply. */
  readonly patchIgnores: 'processes' | 'tries' | undefined;
  /** How exactly `created_at` is told, if at all. */
  readonly dates: 'second' | 'microsecond' | 'none';
  readonly numbersAsText: boolean;
}

export interface StoredProcess {
  readonly id: string;
  readonly type: string;
  readonly processes: number;
  readonly command: string;
  readonly config: Record<string, unknown>;
  readonly createdAt: string | null;
  /** The run that made it; undefined for what was there before. */
  readonly madeBy: number | undefined;
}

export type Seed = Pick<StoredProcess, 'type' | 'processes' | 'command' | 'config'>;

/** A removal that took effect. */
export interface Removal {
  readonly process: StoredProcess;
  readonly by: number;
}

export const instanceId = 'inst-1';
export const apiUrl = new URL('https://cloud.example/api');

/** One instance's background processes, in memory; each request is carried out in one go. */
export class CloudModel {
  readonly processes = new Map<string, StoredProcess>();
  readonly removals: Removal[] = [];
  /** Everything that was ever there. */
  readonly history: StoredProcess[] = [];
  readonly #manners: Manners;
  readonly #now: () => number;
  readonly #random: () => number;

  constructor(manners: Manners, now: () => number, random: () => number) {
    this.#manners = manners;
    this.#now = now;
    this.#random = random;
  }

  /** Puts a process there, as if made an hour before. */
  seed(seed: Seed): StoredProcess {
    return this.#add(seed, '2026-01-01T00:00:00.000000Z', undefined);
  }

  /** Carries a request of a run out. */
  handle(request: TransportRequest, run: number): TransportResponse {
    const [, , collection, id] = request.url.pathname.split('/');
    const body: unknown = request.body === undefined ? {} : JSON.parse(request.body);
    if (collection === 'instances' && id === instanceId) {
      if (request.method === 'GET') return json(200, this.#page(request.url));
      if (request.method === 'POST') return json(201, { data: this.#resource(this.#create(body, run)) });
    }
    const process = collection === 'background-processes' ? this.processes.get(id ?? '') : undefined;
    if (process === undefined) return json(404, { message: 'Not found.' });
    if (request.method === 'PATCH') return json(200, { data: this.#resource(this.#update(process, body)) });
    if (request.method === 'DELETE') return this.#remove(process, run);
    return json(200, { data: this.#resource(process) });
  }

  #create(body: unknown, run: number): StoredProcess {
    const { type, processes, command, config } = fields(body);
    const filled = this.#manners.fillsDefaults && type === 'worker' ? SERVER_DEFAULTS : {};
    return this.#add(
      {
        type: String(type),
        processes: Number(processes),
        command: String(command ?? ''),
        config: { ...filled, ...fields(config) },
      },
      this.#date(),
      run,
    );
  }

  #add(seed: Seed, createdAt: string | null, madeBy: number | undefined): StoredProcess {
    const digits = Math.floor(this.#random() * 2 ** 32).toString(16);
    const process = { ...seed, id: `process-${digits.padStart(8, '0')}`, createdAt, madeBy };
    this.processes.set(process.id, process);
    this.history.push(process);
    return process;
  }

  #update(process: StoredProcess, body: unknown): StoredProcess {
    const { patch, patchIgnores } = this.#manners;
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
    this.processes.set(process.id, updated);
    return updated;
  }

  #remove(process: StoredProcess, by: number): TransportResponse {
    this.processes.delete(process.id);
    this.removals.push({ process, by });
    return { status: 204, headers: {}, body: '' };
  }

  #page(url: URL): unknown {
    const all = [...this.processes.values()];
    if (this.#manners.order === 'newest first') all.reverse();
    const { perPage } = this.#manners;
    const page = Number(url.searchParams.get('page') ?? '1');
    const next = new URL(url);
    next.searchParams.set('page', String(page + 1));
    return {
      data: all.slice((page - 1) * perPage, page * perPage).map((process) => this.#resource(process)),
      links: page * perPage < all.length ? { next: next.href } : {},
      meta: { current_page: page, total: all.length },
    };
  }

  #resource({ id, type, processes, command, config, createdAt }: StoredProcess): unknown {
    const told = this.#manners.numbersAsText ? asText : (value: unknown) => value;
    const stored = Object.entries(storedConfig(config)).map(([key, value]) => [key, told(value)]);
    return {
      id,
      type: 'background_processes',
      attributes: {
        type,
        processes: told(processes),
        command: type === 'worker' ? workerCommand(config) : command,
        config: type === 'worker' ? Object.fromEntries(stored) : [],
        strategy_type: null,
        strategy_threshold: null,
        created_at: createdAt,
      },
    };
  }

  #date(): string | null {
    const { dates } = this.#manners;
    if (dates === 'none') return null;
    const now = new Date(Date.UTC(2026, 3, 4) + Math.floor(this.#now())).toISOString();
    return dates === 'second' ? now.replace(/\.\d+Z$/, '.000000Z') : now.replace(/Z$/, '000Z');
  }
}

export function json(status: number, body: unknown): TransportResponse {
  return { status, headers: { 'content-type': 'application/vnd.api+json' }, body: JSON.stringify(body) };
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function asText(value: unknown): unknown {
  return value === null ? null : String(value);
}
