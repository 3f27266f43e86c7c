import * as v from 'valibot';
import type { Sent } from '../converge/create-once.ts';
import type { Listing } from '../converge/listing.ts';
import type { HttpCall, HttpClient } from '../http/client.ts';
import { lostIfUnknown, undefinedIf404 } from '../http/failure.ts';
import { path } from '../http/path.ts';
import { listAll } from './lists.ts';
import {
  type ForgeProcess,
  isOfOtherType,
  type PlacedProcess,
  processFrom,
  unreadableFrom,
} from './process.ts';
import { needsScope, type Scope } from './service.ts';
import { one, ProcessResource } from './shapes.ts';
import { type ForgeSpec, processesOfNew } from './spec.ts';
import { isLeaving } from './status.ts';
import { type ForgeTarget, noServer } from './target.ts';

/** What Forge itself filters and sorts by. */
export interface ProcessFilter {
  readonly user?: string | undefined;
  readonly siteId?: string | undefined;
  readonly directory?: string | undefined;
  readonly sort?: 'user' | '-user' | undefined;
}

/** The background processes of one Forge server, wherever they are kept. Calls that fail throw a `Failure`. */
export interface ForgeStore {
  /** All of them, over all pages, also those that are being removed. */
  list(filter?: ProcessFilter): Promise<Listing<ForgeProcess>>;
  /** One by its id; undefined when there is none. */
  find(id: string): Promise<ForgeProcess | undefined>;
  /** Asks once. An answer that was lost is no error here. */
  create(spec: ForgeSpec): Promise<Sent<ForgeProcess>>;
  /** Asks for a removal, which goes on after it; that there is none of this id is success. */
  remove(id: string): Promise<void>;
  /** Asks once for a restart, which goes on after it. */
  restart(id: string): Promise<void>;
}

/** The background processes of one server of Laravel Forge. */
export class ForgeProcessStore implements ForgeStore {
  readonly #client: HttpClient;
  readonly #target: ForgeTarget;

  constructor(client: HttpClient, target: ForgeTarget) {
    this.#client = client;
    this.#target = target;
  }

  async list(filter: ProcessFilter = {}): Promise<Listing<ForgeProcess>> {
    const { items, invalid, pages, date } = await listAll(
      this.#client,
      {
        ...this.#call('GET', this.#path(), 'server:view'),
        query: queryOf(filter),
        what: `Listing the background processes of server ${this.#target.serverName}`,
      },
      ProcessResource,
    );
    return {
      processes: items.map(processFrom),
      unreadable: invalid.filter((one) => !isOfOtherType(one)).map(unreadableFrom),
      pages,
      serverTime: date,
    };
  }

  async find(id: string): Promise<ForgeProcess | undefined> {
    return await undefinedIf404(async () => {
      const call = this.#call('GET', this.#path(id), 'server:view');
      const { data } = await this.#client.json(
        { ...call, what: `Reading background process ${id}` },
        one(v.object({ ...ProcessResource.entries, id: v.pipe(ProcessResource.entries.id, v.literal(id)) })),
      );
      return processFrom(data.data);
    });
  }

  async create(spec: ForgeSpec): Promise<Sent<ForgeProcess>> {
    return await lostIfUnknown(async () => {
      const { data } = await this.#client.json(
        {
          ...this.#call('POST', this.#path(), 'server:create-daemons'),
          body: bodyOf(spec),
          what: 'Creating the background process',
          fieldName: (field) => (field === 'site_id' ? 'site' : field),
        },
        one(ProcessResource),
      );
      return processFrom(data.data);
    });
  }

  async remove(id: string): Promise<void> {
    // Recorded: 202 with an empty HTML page. Nothing of it is read.
    await undefinedIf404(() =>
      this.#client.send({
        ...this.#call('DELETE', this.#path(id), 'server:delete-daemons'),
        what: `Deleting background process ${id}`,
      }),
    );
  }

  async restart(id: string): Promise<void> {
    // Recorded: 202 with an empty HTML page. Nothing of it is read.
    await this.#client.send({
      ...this.#call('POST', `${this.#path(id)}/actions`, 'server:create-daemons'),
      body: { action: 'restart' },
      what: `Restarting background process ${id}`,
    });
  }

  #path(id?: string): string {
    const { organization, serverId } = this.#target;
    const all = path`/orgs/${organization}/servers/${serverId}/background-processes`;
    return id === undefined ? all : all + path`/${id}`;
  }

  #call(method: HttpCall['method'], at: string, scope: Scope) {
    const { organization, serverName } = this.#target;
    return {
      method,
      path: at,
      forbidden: needsScope(scope),
      notFound: noServer(organization, serverName),
    };
  }
}

function queryOf({ user, siteId, directory, sort }: ProcessFilter): Record<string, string> {
  return {
    ...(user === undefined ? {} : { 'filter[user]': user }),
    ...(siteId === undefined ? {} : { 'filter[site_id]': siteId }),
    ...(directory === undefined ? {} : { 'filter[directory]': directory }),
    ...(sort === undefined ? {} : { sort }),
  };
}

/** The create request's body: exactly what was declared. */
function bodyOf(spec: ForgeSpec): unknown {
  const {
    name,
    command,
    user,
    directory,
    processes = processesOfNew,
    siteId,
    startsecs,
    stopwaitsecs,
    stopsignal,
  } = spec;
  // `JSON.stringify` leaves out what is undefined.
  const site_id = siteId === undefined ? undefined : Number(siteId);
  return { name, command, user, directory, processes, site_id, startsecs, stopwaitsecs, stopsignal };
}

/**
 * What a server runs, each process with its site where a declaration names that: Forge tells it only by listing what
 * belongs to a site. What is being removed is left out.
 */
export async function listWithSites(
  declared: readonly ForgeSpec[],
  list: (filter: ProcessFilter) => Promise<Listing<PlacedProcess>>,
): Promise<Listing<PlacedProcess>> {
  const sites = [...new Set(declared.flatMap(({ siteId }) => siteId ?? []))];
  const [all, ...ofSites] = await Promise.all([
    list({}),
    ...sites.map(async (siteId) => ({ siteId, listing: await list({ siteId }) })),
  ]);
  const siteOf = new Map(
    ofSites.flatMap(({ siteId, listing }) => listing.processes.map(({ id }) => [id, siteId] as const)),
  );
  const processes = all.processes
    .filter((process) => !isLeaving(process))
    .map((process) => {
      const siteId = siteOf.get(process.id);
      return siteId === undefined ? process : { ...process, siteId };
    });
  const pages = Math.max(all.pages, ...ofSites.map(({ listing }) => listing.pages));
  return { ...all, processes, pages };
}
