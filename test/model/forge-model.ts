import { candidates } from '../../src/converge/service.ts';
import { forgeService } from '../../src/forge/service.ts';
import type { ForgeProcess as ExistingProcess } from '../../src/forge/shapes.ts';
import type { ForgeSpec } from '../../src/forge/spec.ts';
import type { TransportRequest, TransportResponse } from '../../src/http/transport.ts';
import { History } from './history.ts';
import type { ForgeManners } from './manners.ts';
import { type Asker, fields, type Ground, type Seed, ServerModel, type Stored } from './server-model.ts';

interface ForgeProcess extends Stored {
  readonly name: string;
  readonly user: string;
  readonly directory: string | null;
  readonly siteId: string | null;
  readonly processes: number;
}

export type ForgeSeed = Seed<ForgeProcess>;

export const forgeTarget = { organization: 'acme', server: { id: '9', name: 'web-1' } } as const;

/** A model of one server of Laravel Forge. */
export class ForgeModel extends ServerModel<ForgeProcess> {
  readonly replaces = true;
  readonly #spec: ForgeSpec;
  readonly #manners: ForgeManners;
  /** The processes under removal. Responses still show them, and their names stay in use. */
  readonly #leaving = new History<ForgeProcess>();
  #lastId: number;

  constructor(spec: ForgeSpec, manners: ForgeManners, ground: Ground) {
    super(manners, ground);
    this.#spec = spec;
    this.#manners = manners;
    this.#lastId = manners.firstId - 1;
  }

  /** The processes under removal now. */
  get leaving(): ReadonlyMap<string, ForgeProcess> {
    return this.#leaving.now;
  }

  protected answer(request: TransportRequest, asker: Asker): TransportResponse {
    const [, id] = /\/background-processes\/(\d+)$/.exec(request.url.pathname) ?? [];
    if (id === undefined) {
      if (request.method === 'GET') return this.respond(200, this.#list(request.url, asker));
      return this.#create(JSON.parse(request.body ?? '{}'), asker);
    }
    const process = this.processes.get(id);
    const known = process ?? this.leaving.get(id);
    if (known === undefined) return this.notFound();
    if (request.method === 'GET')
      return this.respond(200, { data: this.#write(known, process === undefined ? 'removing' : 'running') });
    if (process !== undefined) this.#leave(process, asker.run);
    return { status: 202, headers: { 'content-type': 'text/html' }, body: '' };
  }

  #list(url: URL, asker: Asker): unknown {
    const site = url.searchParams.get('filter[site_id]');
    const cursor = url.searchParams.get('page[cursor]');
    const isShown = ({ siteId }: ForgeProcess): boolean => site === null || siteId === site;
    const isAfter = (each: unknown): boolean => {
      const behind = Number(fields(each)['id']) - Number(cursor);
      return !this.#manners.odd.includes(each) && (this.order === 'oldest first' ? behind > 0 : behind < 0);
    };
    const after = (all: readonly unknown[]) => {
      if (cursor === null) return all;
      const at = all.findLastIndex((each) => fields(each)['id'] === cursor);
      // A cursor keeps its position, also after its process is gone.
      return at === -1 ? all.filter(isAfter) : all.slice(at + 1);
    };
    const { shown, hasMore } = this.page(asker, cursor === null, after, (moment) => {
      const leaving = this.#manners.showsLeaving ? this.#leaving.at(moment) : new Map<string, ForgeProcess>();
      const all = [...this.history.at(moment).values(), ...leaving.values()].filter(isShown);
      return all
        .toSorted((a, b) => Number(a.id) - Number(b.id))
        .map((process) => this.#write(process, leaving.has(process.id) ? 'removing' : 'running'));
    });
    const next = hasMore ? String(fields(shown.at(-1))['id']) : null;
    return { data: shown, links: [], meta: { per_page: this.#manners.perPage, next_cursor: next } };
  }

  #create(body: unknown, asker: Asker): TransportResponse {
    const { name, command, user, directory, processes, site_id } = fields(body);
    const all = [...this.processes.values(), ...this.leaving.values()];
    if (this.#manners.namesAreUnique && all.some((process) => process.name === name)) {
      this.taken += 1;
      const message = 'The name has already been taken.';
      return this.respond(422, { message, errors: { name: [message] } });
    }
    const made = this.make(
      {
        name: String(name),
        command: String(command),
        user: String(user),
        directory: directory === undefined ? null : String(directory),
        siteId: site_id === undefined ? null : String(site_id),
        processes: Number(processes),
      },
      asker,
    );
    return this.respond(202, { data: this.resourceOf(made) });
  }

  #leave(process: ForgeProcess, by: number): void {
    this.remove(process, by);
    const { lingers } = this.#manners;
    if (lingers === 0) return;
    this.#leaving.put(process.id, process, this.ground.now());
    this.ground.later(lingers, () => this.#leaving.drop(process.id, this.ground.now()));
  }

  protected stored(seed: ForgeSeed, known: Pick<Stored, 'createdAt' | 'madeAt' | 'madeBy'>): ForgeProcess {
    const id = String(++this.#lastId);
    const { siteId, ...content } = seed;
    const site = siteId === null ? {} : { siteId };
    const { createdAt } = known;
    const existing: ExistingProcess = { ...content, ...site, id, status: 'running', createdAt };
    const isMatch = candidates(this.#spec, [existing], forgeService).length > 0;
    const { processes = seed.processes } = this.#spec;
    return { ...seed, ...known, id, isMatch, isAsDeclared: isMatch && processes === seed.processes };
  }

  protected passingBy(command: string): ForgeSeed {
    return { name: command.slice(4), command, user: 'forge', directory: null, siteId: null, processes: 1 };
  }

  protected resourceOf(process: ForgeProcess): unknown {
    return this.#write(process, 'running');
  }

  #write({ id, command, user, directory, processes, createdAt }: ForgeProcess, status: string): unknown {
    const attributes = { command, user, directory, processes, status, created_at: createdAt };
    return { id, type: 'backgroundProcesses', attributes };
  }
}
