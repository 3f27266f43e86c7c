import * as v from 'valibot';
import type { Listing } from '../converge/listing.ts';
import type { CreateResult, Store } from '../converge/service.ts';
import { Failure, stated } from '../failure.ts';
import { type HttpCall, type HttpClient, path } from '../http/client.ts';
import { lostIfUnknown, undefinedIf404 } from '../http/failure.ts';
import { one } from '../http/json-api.ts';
import { parseItems } from '../http/lists.ts';
import type { ProcessUpdate } from './compare.ts';
import { type Instance, instanceFrom, readInstance } from './instances.ts';
import { type ExistingProcess, instanceOf, processFrom } from './process.ts';
import { ListedInstance, ListedProcess, listAll, ProcessResource } from './shapes.ts';
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
  protected readonly client: HttpClient;
  /** The id of the instance; empty while unknown. */
  protected instanceId: string;
  readonly #fieldName: (field: string) => string;
  readonly #removed = new Set<string>();
  #listing: Listing<ExistingProcess> | undefined;
  /** The processes as last listed, without those deleted since. */
  latest: readonly ExistingProcess[] = [];
  /** The instance, as soon as a response has included it. */
  instance: Instance | undefined;

  constructor(
    client: HttpClient,
    instanceId: string,
    { instance, listing, fieldName = (field) => field }: CloudStoreOptions = {},
  ) {
    this.client = client;
    this.instanceId = instanceId;
    this.instance = instance;
    this.#listing = listing;
    this.#fieldName = fieldName;
  }

  async list(): Promise<Listing<ExistingProcess>> {
    const listing = this.#listing ?? (await this.#readList());
    this.#listing = undefined;
    this.latest = listing.processes.filter(({ id }) => !this.#removed.has(id));
    return listing;
  }

  async #readList(): Promise<Listing<ExistingProcess>> {
    const call = {
      ...processesCall(this.instanceId),
      ...(this.instance === undefined ? { query: { include: 'instance' } } : {}),
    };
    const { items, included, pages, date } = await listAll(this.client, call, ListedProcess, ListedInstance);
    const own = included.find(({ id }) => id === this.instanceId);
    this.instance ??= own && instanceFrom(own);
    const processes = items.map((resource) => processFrom(resource.id, resource, this.instanceId));
    return { processes, leaving: [], pages, serverTime: date };
  }

  async find(id: string): Promise<ExistingProcess | undefined> {
    return (await this.read(id))?.process;
  }

  /** Reads a process, and the resources that the response includes. */
  protected async read(id: string) {
    return await undefinedIf404(async () => {
      const { data } = await this.client.json(
        {
          method: 'GET',
          path: path`/background-processes/${id}`,
          query: { include: 'instance' },
          what: `Reading background process ${id}`,
        },
        one(ProcessResource, id),
      );
      return { process: processFrom(id, data.data, this.instanceId), included: data.included };
    });
  }

  async create(spec: ProcessSpec): Promise<CreateResult<ExistingProcess>> {
    return await lostIfUnknown(async () => {
      const { data } = await this.client.json(
        {
          ...processesCall(this.instanceId),
          method: 'POST',
          body: bodyOf(spec),
          what: `Creating the ${describe(spec)}`,
          fieldName: this.#fieldName,
        },
        one(ProcessResource),
      );
      return processFrom(data.data.id, data.data, this.instanceId);
    });
  }

  async update(id: string, update: ProcessUpdate): Promise<ExistingProcess | undefined> {
    const { data } = await this.client.json(
      {
        method: 'PATCH',
        path: path`/background-processes/${id}`,
        body: update,
        what: `Updating background process ${id}`,
        fieldName: this.#fieldName,
      },
      v.fallback(v.nullish(one(ProcessResource)), undefined),
    );
    return data == null ? undefined : processFrom(data.data.id, data.data, this.instanceId);
  }

  async remove(id: string): Promise<void> {
    const what = `Deleting background process ${id}`;
    const call: HttpCall = { method: 'DELETE', path: path`/background-processes/${id}`, what };
    await undefinedIf404(() => this.client.send(call));
    this.#removed.add(id);
    this.latest = this.latest.filter((process) => process.id !== id);
  }

  mayWrite(): void {
    if (this.instance?.type !== 'managed_queue') return;
    throw new Failure({
      what: `The cluster "${this.instance.name}" is a managed queue`,
      why: 'Laravel Cloud runs its workers itself',
      fix: 'Use the App cluster or a worker cluster',
    });
  }
}

/** The store of a background process that a step names by its id, on any instance or on the one that the step names. */
export class PinnedStore extends CloudStore {
  /** Throws a `Failure` if the process is not on the instance that the step names. */
  override async find(id: string): Promise<ExistingProcess | undefined> {
    const { process, included } = (await this.read(id)) ?? {};
    if (process === undefined || process.instanceId === '') return process;
    const { instanceId } = process;
    if (instanceOf(process.resource) === undefined) await this.#expectListed(id);
    this.instanceId ||= instanceId;
    if (instanceId !== this.instanceId)
      throw elsewhere(id, `it is on the cluster ${instanceId}, not on ${this.instanceId}`);
    const own = parseItems(included ?? [], ListedInstance).find((each) => each.id === instanceId);
    this.instance ??= own ? instanceFrom(own) : await readInstance(this.client, instanceId);
    return process;
  }

  /** Throws a `Failure` if the list of the instance does not show a process whose response names no instance. */
  async #expectListed(id: string): Promise<void> {
    const { processes } = await this.list();
    if (!processes.some((each) => each.id === id))
      throw elsewhere(id, `it is not on the cluster ${this.instanceId}`);
  }
}

function processesCall(instanceId: string): HttpCall {
  return {
    method: 'GET',
    path: path`/instances/${instanceId}/background-processes`,
    what: `Listing the background processes of ${instanceId}`,
    notFound: `Check the cluster ${instanceId}: it may be mistyped, deleted, or belong to another organization than the token`,
  };
}

/** Returns the body of the create request: the declaration, with 1 process if it has no number. */
function bodyOf(spec: ProcessSpec): unknown {
  const { processes = processesOfNew } = spec;
  if (spec.type === 'custom') return { type: 'custom', processes, command: spec.command };
  const { config } = spec;
  return { type: 'worker', processes, ...(Object.keys(config).length === 0 ? {} : { config }) };
}

function elsewhere(processId: string, why: string): Failure {
  return new Failure({
    what: `Background process ${processId}`,
    headline: 'The background process is on another cluster',
    details: stated(processId, why),
    why,
    fix: 'Correct process-id, or the inputs that say where it is',
  });
}
