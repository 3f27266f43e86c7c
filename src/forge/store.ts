import type { Listing } from '../converge/listing.ts';
import type { CreateResult, Store } from '../converge/service.ts';
import { type HttpCall, type HttpClient, path } from '../http/client.ts';
import { HttpFailure, lostIfUnknown, undefinedIf404 } from '../http/failure.ts';
import { one } from '../http/json-api.ts';
import { needsScope, removalSpan, type TokenScope } from './service.ts';
import { type ForgeProcess, ListedProcess, listAll, ProcessResource, processFrom } from './shapes.ts';
import { describe, type ForgeSpec, processesOfNew } from './spec.ts';
import { isLeaving } from './status.ts';
import { type ForgeTarget, noServer } from './target.ts';

/** The filters and the order of a list, as Forge itself offers them. */
export interface ProcessFilter {
  readonly user?: string | undefined;
  readonly siteId?: string | undefined;
  readonly directory?: string | undefined;
  readonly sort?: 'user' | '-user' | undefined;
}

/** The background processes of one Forge server or, with a site, of that site. */
export class ForgeStore implements Store<ForgeSpec, ForgeProcess> {
  readonly place = this;
  readonly removalSpan = removalSpan;
  readonly #client: HttpClient;
  readonly #target: ForgeTarget;

  constructor(client: HttpClient, target: ForgeTarget) {
    this.#client = client;
    this.#target = target;
  }

  async list(filter: ProcessFilter = {}): Promise<Listing<ForgeProcess>> {
    const { all, ...read } = await this.#read(filter);
    const processes = all.filter((process) => !isLeaving(process));
    return { ...read, processes, leaving: all.filter(isLeaving) };
  }

  /** Lists all processes in the order of the API, also those that Forge is removing. */
  async listAll(filter: ProcessFilter = {}): Promise<readonly ForgeProcess[]> {
    return (await this.#read(filter)).all;
  }

  async #read(filter: ProcessFilter) {
    const { items, pages, date } = await listAll(
      this.#client,
      {
        ...this.#call('GET', this.#path(), 'server:view'),
        query: queryOf({ siteId: this.#target.siteId, ...filter }),
        what: `Listing the background processes of server ${this.#target.server.name}`,
      },
      ListedProcess,
    );
    const all = items.map((resource) => this.#processFrom(resource.id, resource));
    return { all, pages, serverTime: date };
  }

  /** Adds the processes that a list lacks, read by their ids: a list of several pages misses one that moves. */
  async complete(listed: readonly ForgeProcess[], ids: readonly string[]): Promise<readonly ForgeProcess[]> {
    const shown = new Set(listed.map(({ id }) => id));
    const hidden = await Promise.all(ids.filter((id) => !shown.has(id)).map((id) => this.find(id)));
    return [...listed, ...hidden.filter((process) => process !== undefined)];
  }

  async find(id: string): Promise<ForgeProcess | undefined> {
    const process = await this.findAny(id);
    return process === undefined || isLeaving(process) ? undefined : process;
  }

  /** Reads the process of an id, also one that Forge is removing. */
  async findAny(id: string): Promise<ForgeProcess | undefined> {
    return await undefinedIf404(async () => {
      const call = this.#call('GET', this.#path(id), 'server:view');
      const { data } = await this.#client.json(
        { ...call, what: `Reading background process ${id}` },
        one(ProcessResource, id),
      );
      return this.#processFrom(id, data.data);
    });
  }

  async create(spec: ForgeSpec): Promise<CreateResult<ForgeProcess>> {
    try {
      return await lostIfUnknown(async () => {
        const { data } = await this.#client.json(
          {
            ...this.#call('POST', this.#path(), 'server:create-daemons'),
            body: bodyOf(spec),
            what: `Creating the ${describe(spec)}`,
            fieldName: (field) => (field === 'site_id' ? 'site' : field),
          },
          one(ProcessResource),
        );
        return this.#processFrom(data.data.id, data.data);
      });
    } catch (error) {
      if (!(error instanceof HttpFailure) || !isNameTaken(error)) throw error;
      return { kind: 'taken', refusal: error };
    }
  }

  async remove(id: string): Promise<void> {
    // Recorded: 202 with an empty HTML page. The step reads nothing of it.
    await undefinedIf404(() =>
      this.#client.send({
        ...this.#call('DELETE', this.#path(id), 'server:delete-daemons'),
        what: `Deleting background process ${id}`,
      }),
    );
  }

  /** Sends the restart request once. The restart goes on after the response. */
  async restart(id: string): Promise<void> {
    // Recorded: 202 with an empty HTML page. The step reads nothing of it.
    await this.#client.send({
      ...this.#call('POST', `${this.#path(id)}/actions`, 'server:create-daemons'),
      body: { action: 'restart' },
      what: `Restarting background process ${id}`,
      notFound: 'Something else has removed it: let only one run manage a process at a time',
    });
  }

  mayWrite(): void {
    // All processes of a server belong to the user.
  }

  /** Reads a process, and adds the site by which this store filters its lists: Forge does not report it. */
  #processFrom(id: string, resource: unknown): ForgeProcess {
    return { ...processFrom(id, resource), siteId: this.#target.siteId };
  }

  #path(id?: string): string {
    const { organization, server } = this.#target;
    const all = path`/orgs/${organization}/servers/${server.id}/background-processes`;
    return id === undefined ? all : all + path`/${id}`;
  }

  #call(method: HttpCall['method'], at: string, scope: TokenScope) {
    const { organization, server } = this.#target;
    return { method, path: at, forbidden: needsScope(scope), notFound: noServer(organization, server.name) };
  }
}

/** A refusal that is about the form of the name: `name: The name must not be greater than 40 characters.` */
const aboutForm = /\bname: .*\b(characters?|format|invalid|letters|required|string)\b/i;

/** A refusal without fields: `The name has already been taken.` */
const aboutTaken = /\bname\b.*\b(already|in use|taken)\b/i;

/**
 * True if a 422 refuses nothing but the name, and not for its form: then another process has the name. Otherwise the
 * declaration has a mistake, for which a replacement must not delete the old process.
 */
function isNameTaken({ status, fields, why }: HttpFailure): boolean {
  if (status !== 422) return false;
  if (fields.length === 0) return aboutTaken.test(why);
  return fields.length === 1 && fields[0] === 'name' && !aboutForm.test(why);
}

function queryOf({ user, siteId, directory, sort }: ProcessFilter): Record<string, string> {
  return {
    ...(user === undefined ? {} : { 'filter[user]': user }),
    ...(siteId === undefined ? {} : { 'filter[site_id]': siteId }),
    ...(directory === undefined ? {} : { 'filter[directory]': directory }),
    ...(sort === undefined ? {} : { sort }),
  };
}

/** Returns the body of the create request: the declaration, with 1 process if it has no number. */
function bodyOf(spec: ForgeSpec): unknown {
  const {
    name,
    command,
    user,
    oldDirectory,
    directory = oldDirectory,
    processes = processesOfNew,
    siteId,
    startsecs,
    stopwaitsecs,
    stopsignal,
  } = spec;
  // `JSON.stringify` leaves out undefined fields.
  const site_id = siteId === undefined ? undefined : Number(siteId);
  return { name, command, user, directory, processes, site_id, startsecs, stopwaitsecs, stopsignal };
}

/** Lists a server's processes, with the sites that declarations name: only the list of a site shows them. */
export async function listWithSites(
  declared: readonly ForgeSpec[],
  list: (filter: ProcessFilter) => Promise<Listing<ForgeProcess>>,
): Promise<Listing<ForgeProcess>> {
  const sites = [...new Set(declared.flatMap(({ siteId }) => siteId ?? []))];
  const [all, ...ofSites] = await Promise.all([
    list({}),
    ...sites.map(async (siteId) => ({ siteId, listing: await list({ siteId }) })),
  ]);
  const siteOf = new Map(
    ofSites.flatMap(({ siteId, listing }) => listing.processes.map(({ id }) => [id, siteId] as const)),
  );
  const processes = all.processes.map((process) => {
    const siteId = siteOf.get(process.id);
    return siteId === undefined ? process : { ...process, siteId };
  });
  const pages = Math.max(all.pages, ...ofSites.map(({ listing }) => listing.pages));
  return { ...all, processes, pages };
}
