import { processFrom } from '../../src/cloud/process.ts';
import { cloudService } from '../../src/cloud/service.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import { candidates } from '../../src/converge/service.ts';
import type { TransportRequest, TransportResponse } from '../../src/http/transport.ts';
import { SERVER_DEFAULTS, storedConfig, workerCommand } from '../emulator/cloud-resources.ts';
import type { CloudManners } from './manners.ts';
import { type Asker, fields, type Ground, type Seed, ServerModel, type Stored } from './server-model.ts';

interface CloudProcess extends Stored {
  readonly type: string;
  readonly processes: number;
  readonly config: Record<string, unknown>;
}

/** A process without the judgement of the model: what the resource is written from. */
type Written = Omit<CloudProcess, 'isMatch' | 'isAsDeclared'>;

export type CloudSeed = Seed<CloudProcess>;

export const instanceId = 'inst-1';

/** A model of one instance of Laravel Cloud. */
export class CloudModel extends ServerModel<CloudProcess> {
  readonly replaces = false;
  readonly #spec: ProcessSpec;
  readonly #manners: CloudManners;
  #count = 0;
  /** The resource of each process, made once. */
  readonly #written = new Map<CloudProcess, unknown>();

  constructor(spec: ProcessSpec, manners: CloudManners, ground: Ground) {
    super(manners, ground);
    this.#spec = spec;
    this.#manners = manners;
  }

  protected answer(request: TransportRequest, asker: Asker): TransportResponse {
    const [, , collection, id] = request.url.pathname.split('/');
    const body: unknown = request.body === undefined ? {} : JSON.parse(request.body);
    if (collection === 'instances' && id === instanceId) {
      if (request.method === 'GET') return this.respond(200, this.#list(request.url, asker));
      if (request.method === 'POST')
        return this.respond(201, { data: this.resourceOf(this.#create(body, asker)) });
    }
    const process = collection === 'background-processes' ? this.processes.get(id ?? '') : undefined;
    if (process === undefined) return this.notFound();
    if (request.method === 'PATCH') return this.respond(200, { data: this.#update(process, body) });
    if (request.method === 'GET') return this.respond(200, { data: this.resourceOf(this.#byId(process)) });
    this.remove(process, asker.run);
    return { status: 204, headers: {}, body: '' };
  }

  #list(url: URL, asker: Asker): unknown {
    const page = Number(url.searchParams.get('page') ?? '1');
    const { perPage } = this.#manners;
    const { shown, total, hasMore } = this.page(asker, page === 1, (all) => all.slice((page - 1) * perPage));
    const next = new URL(url);
    next.searchParams.set('page', String(page + 1));
    return { data: shown, links: hasMore ? { next: next.href } : {}, meta: { current_page: page, total } };
  }

  #create(body: unknown, asker: Asker): CloudProcess {
    const { type, processes, command, config } = fields(body);
    const filled = this.#manners.fillsDefaults && type === 'worker' ? SERVER_DEFAULTS : {};
    const content = { type: String(type), processes: Number(processes), command: String(command ?? '') };
    return this.make({ ...content, config: { ...filled, ...fields(config) } }, asker);
  }

  protected stored(seed: CloudSeed, known: Pick<Stored, 'createdAt' | 'madeAt' | 'madeBy'>, date: number) {
    return this.#judged({ ...seed, ...known, id: this.#newId(date) });
  }

  #judged(process: Written): CloudProcess {
    const existing = processFrom(process.id, this.#write(process), instanceId);
    const isMatch = candidates(this.#spec, [existing], cloudService).length > 0;
    return { ...process, isMatch, isAsDeclared: isMatch && isAsDeclared(this.#spec, process) };
  }

  #newId(date: number): string {
    const count = hex(this.#count++);
    switch (this.#manners.ids) {
      case 'in order':
        return `process-${count}`;
      case 'by the clock':
        return `process-${hex(date)}-${count}`;
      case 'random':
        return `process-${hex(Math.floor(this.ground.random() * 2 ** 32))}-${count}`;
    }
  }

  /** Returns a process as a read by id shows it: its content may lag behind updates, its existence does not. */
  #byId(process: CloudProcess): CloudProcess {
    return this.history.at(this.ground.now() - this.#manners.patchLag).get(process.id) ?? process;
  }

  #update(process: CloudProcess, body: unknown): unknown {
    const { patch, patchIgnores, patchAnswers, patchLag } = this.#manners;
    this.updates += 1;
    const given = fields(body);
    const options = { ...fields(given['config']) };
    if (patchIgnores === 'tries') delete options['tries'];
    const kept = patch === 'merges' || given['config'] === undefined ? process.config : {};
    const updated = this.#judged({
      ...process,
      ...(patchIgnores === 'processes' ? {} : { processes: Number(given['processes'] ?? process.processes) }),
      command: String(given['command'] ?? process.command),
      config: { ...kept, ...options },
    });
    if (patchAnswers !== 'another, not applied') this.history.put(process.id, updated, this.ground.now());
    if (patchAnswers !== 'itself') return this.resourceOf({ ...updated, id: 'process-of-another' });
    return this.resourceOf(patchLag > 0 ? process : updated);
  }

  protected passingBy(command: string): CloudSeed {
    return { type: 'custom', processes: 1, command, config: {} };
  }

  protected resourceOf(process: CloudProcess): unknown {
    const written = this.#written.get(process) ?? this.#write(process);
    this.#written.set(process, written);
    return written;
  }

  #write({ id, type, processes, command, config, createdAt }: Written): unknown {
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
}

function isAsDeclared(
  spec: ProcessSpec,
  { processes, config }: Pick<CloudProcess, 'processes' | 'config'>,
): boolean {
  if (spec.processes !== undefined && processes !== spec.processes) return false;
  if (spec.type === 'custom') return true;
  const { tries } = spec.config;
  return tries === undefined || String(config['tries']) === String(tries);
}

function asText(value: unknown): unknown {
  return value === null ? null : String(value);
}

function hex(number: number): string {
  return number.toString(16).padStart(8, '0');
}
