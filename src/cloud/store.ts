import * as v from 'valibot';
import type { Listing } from '../converge/listing.ts';
import type { CreateResult, Store } from '../converge/service.ts';
import { Failure } from '../failure.ts';
import { type HttpClient, path } from '../http/client.ts';
import { lostIfUnknown, undefinedIf404 } from '../http/failure.ts';
import { one } from '../http/json-api.ts';
import { parseItems } from '../http/lists.ts';
import type { ProcessUpdate } from './drift.ts';
import { type Instance, instanceFrom, readInstance } from './instances.ts';
import { listAll } from './lists.ts';
import { type ExistingProcess, instanceOf, processFrom } from './process.ts';
import { IncludedInstance, ListedProcess, ProcessResource } from './shapes.ts';
import { describe, type ProcessSpec, processesOfNew } from './spec.ts';

export interface CloudStoreOptions {
  readonly instance?: Instance | undefined;
  /** A list from an earlier response: the first `list` returns it without a request. */
  readonly listing?: Listing<ExistingProcess> | undefined;
  /** Returns the input that sets a field of a request, for messages; by default, the field itself. */
  readonly fieldName?: ((field: string) => string) | undefined;
}

/** The background processes of one instance of Laravel Cloud. */
export class CloudStore implements Store<ProcessSpec, ExistingProcess> {
  readonly place = this;
  readonly removalSpan = 0;
  readonly #client: HttpClient;
  readonly #instanceId: string;
  readonly #fieldName: (field: string) => string;
  readonly #removed = new Set<string>();
  #listing: Listing<ExistingProcess> | undefined;
  /** The instance, as soon as a response has included it. */
  instance: Instance | undefined;
  /** The processes as last listed, without those deleted since. */
  latest: readonly ExistingProcess[] = [];

  constructor(client: HttpClient, instanceId: string, options: CloudStoreOptions = {}) {
    this.#client = client;
    this.#instanceId = instanceId;
    this.#listing = options.listing;
    this.#fieldName = options.fieldName ?? ((field) => field);
    this.instance = options.instance;
  }

  async list(): Promise<Listing<ExistingProcess>> {
    const listing = this.#listing ?? (await this.#read());
    this.#listing = undefined;
    this.latest = listing.processes.filter(({ id }) => !this.#removed.has(id));
    return listing;
  }

  async #read(): Promise<Listing<ExistingProcess>> {
    const { items, included, pages, date } = await listAll(
      this.#client,
      {
        method: 'GET',
        path: path`/instances/${this.#instanceId}/background-processes`,
        ...(this.instance === undefined ? { query: { include: 'instance' } } : {}),
        what: `Listing the background processes of ${this.#instanceId}`,
        notFound: noInstance(this.#instanceId),
      },
      ListedProcess,
      IncludedInstance,
    );
    const own = included.find(({ id }) => id === this.#instanceId);
    this.instance ??= own && instanceFrom(own);
    const processes = items.map((resource) => processFrom(resource.id, resource, this.#instanceId));
    return { processes, leaving: [], pages, serverTime: date };
  }

  async find(id: string): Promise<ExistingProcess | undefined> {
    return (await findProcess(this.#client, id, this.#instanceId))?.process;
  }

  async create(spec: ProcessSpec): Promise<CreateResult<ExistingProcess>> {
    return await lostIfUnknown(async () => {
      const { data } = await this.#client.json(
        {
          method: 'POST',
          path: path`/instances/${this.#instanceId}/background-processes`,
          body: bodyOf(spec),
          what: `Creating the ${describe(spec)}`,
          notFound: noInstance(this.#instanceId),
          fieldName: this.#fieldName,
        },
        one(ProcessResource),
      );
      return processFrom(data.data.id, data.data, this.#instanceId);
    });
  }

  async update(id: string, update: ProcessUpdate): Promise<ExistingProcess | undefined> {
    return await updateProcess(this.#client, id, update, {
      instanceId: this.#instanceId,
      fieldName: this.#fieldName,
    });
  }

  async remove(id: string): Promise<void> {
    await removeProcess(this.#client, id);
    this.#removed.add(id);
    this.latest = this.latest.filter((process) => process.id !== id);
  }

  mayWrite(): void {
    refuseManaged(this.instance);
  }
}

/** The store of a background process that a step names by its id. */
export class PinnedStore {
  readonly #client: HttpClient;
  readonly #fieldName: (field: string) => string;
  /** The instance on which the process must be; if the step names none, the instance on which it was found. */
  #instanceId: string | undefined;
  instance: Instance | undefined;

  constructor(
    client: HttpClient,
    instanceId: string | undefined,
    { instance, fieldName = (field) => field }: CloudStoreOptions = {},
  ) {
    this.#client = client;
    this.#instanceId = instanceId;
    this.#fieldName = fieldName;
    this.instance = instance;
  }

  async find(id: string): Promise<ExistingProcess | undefined> {
    const found = await findProcess(this.#client, id, this.#instanceId);
    if (found === undefined) return undefined;
    const { toldInstance = await this.#instanceListing(id), included, process } = found;
    if (toldInstance === undefined) return process;
    this.#instanceId ??= toldInstance;
    if (toldInstance !== this.#instanceId)
      throw elsewhere(id, `it is on the cluster ${toldInstance}, not on ${this.#instanceId}`);
    const own = included.find((one) => one.id === toldInstance);
    this.instance ??= own ? instanceFrom(own) : await readInstance(this.#client, toldInstance);
    return { ...process, instanceId: toldInstance };
  }

  async update(id: string, update: ProcessUpdate): Promise<ExistingProcess | undefined> {
    return await updateProcess(this.#client, id, update, {
      instanceId: this.#instanceId ?? '',
      fieldName: this.#fieldName,
    });
  }

  async remove(id: string): Promise<void> {
    await removeProcess(this.#client, id);
  }

  mayWrite(): void {
    refuseManaged(this.instance);
  }

  /**
   * Returns the instance that the step expects, for a response that names none; undefined if it expects none. Throws a
   * `Failure` if the list of this instance does not show the process.
   */
  async #instanceListing(id: string): Promise<string | undefined> {
    const instanceId = this.#instanceId;
    if (instanceId === undefined) return undefined;
    const { items } = await listAll(
      this.#client,
      {
        method: 'GET',
        path: path`/instances/${instanceId}/background-processes`,
        what: `Listing the background processes of ${instanceId}`,
      },
      ListedProcess,
    );
    if (!items.some((one) => one.id === id)) throw elsewhere(id, `it is not on the cluster ${instanceId}`);
    return instanceId;
  }
}

async function findProcess(client: HttpClient, id: string, instanceId = '') {
  return await undefinedIf404(async () => {
    const { data } = await client.json(
      {
        method: 'GET',
        path: path`/background-processes/${id}`,
        query: { include: 'instance' },
        what: `Reading background process ${id}`,
      },
      one(ProcessResource, id),
    );
    return {
      process: processFrom(id, data.data, instanceId),
      toldInstance: instanceOf(data.data),
      included: parseItems(data.included, IncludedInstance),
    };
  });
}

interface UpdateSent {
  readonly instanceId: string;
  readonly fieldName: (field: string) => string;
}

/** Updates a process. Returns the process in the response; undefined if the response has none. */
async function updateProcess(
  client: HttpClient,
  id: string,
  update: ProcessUpdate,
  { instanceId, fieldName }: UpdateSent,
): Promise<ExistingProcess | undefined> {
  const { data } = await client.json(
    {
      method: 'PATCH',
      path: path`/background-processes/${id}`,
      body: update,
      what: `Updating background process ${id}`,
      fieldName,
    },
    v.fallback(v.nullish(one(ProcessResource)), undefined),
  );
  return data == null ? undefined : processFrom(data.data.id, data.data, instanceId);
}

async function removeProcess(client: HttpClient, id: string): Promise<void> {
  await undefinedIf404(() =>
    client.send({
      method: 'DELETE',
      path: path`/background-processes/${id}`,
      what: `Deleting background process ${id}`,
    }),
  );
}

/** Returns the body of the create request: the declaration, with 1 process if it has no number. */
function bodyOf(spec: ProcessSpec): unknown {
  const { processes = processesOfNew } = spec;
  if (spec.type === 'custom') return { type: 'custom', processes, command: spec.command };
  const { config } = spec;
  return { type: 'worker', processes, ...(Object.keys(config).length === 0 ? {} : { config }) };
}

function noInstance(instanceId: string): string {
  return `Check the cluster ${instanceId}: it may be mistyped, deleted, or belong to another organization than the token`;
}

function elsewhere(processId: string, why: string): Failure {
  return new Failure({
    what: `Background process ${processId}`,
    headline: 'The background process is on another cluster',
    details: `${processId}: ${why}`,
    why,
    fix: 'Correct process-id, or the inputs that say where it is',
  });
}

function refuseManaged(instance: Instance | undefined): void {
  if (instance?.type !== 'managed_queue') return;
  throw new Failure({
    what: `The cluster "${instance.name}" is a managed queue`,
    why: 'Laravel Cloud runs its workers itself',
    fix: 'Use the App cluster or a worker cluster',
  });
}
