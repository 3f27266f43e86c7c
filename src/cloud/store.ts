import * as v from 'valibot';
import type { Sent } from '../converge/create-once.ts';
import type { Listing } from '../converge/listing.ts';
import { Failure } from '../failure.ts';
import type { HttpClient } from '../http/client.ts';
import { lostIfUnknown, undefinedIf404 } from '../http/failure.ts';
import { parseItems } from '../http/lists.ts';
import { path } from '../http/path.ts';
import type { ProcessUpdate } from './drift.ts';
import { type Instance, instanceFrom, readInstance } from './instances.ts';
import { listAll } from './lists.ts';
import type { ExistingProcess } from './process.ts';
import {
  IncludedInstance,
  type InstanceResource,
  one,
  processFrom,
  RawProcess,
  rawProcessOf,
  understood,
  unreadableFrom,
} from './shapes.ts';
import { type ProcessSpec, processesOfNew } from './spec.ts';
import type { PinnedStore, ProcessStore } from './store-interface.ts';

export interface PinnedStoreOptions {
  readonly instance?: Instance | undefined;
  /** What the reader calls a field of a request; as it is there unless told. */
  readonly fieldName?: (field: string) => string;
}

/** Background processes of Laravel Cloud by their ids. */
export class CloudPinnedStore implements PinnedStore {
  protected readonly client: HttpClient;
  protected readonly fieldName: (field: string) => string;
  /** The instance that they are on: given, or learned from the first that was found. */
  #instanceId: string | undefined;
  #located = false;
  /** The instance itself, as soon as an answer has brought it along. */
  instance: Instance | undefined;

  constructor(
    client: HttpClient,
    instanceId: string | undefined,
    { instance, fieldName = (field) => field }: PinnedStoreOptions = {},
  ) {
    this.client = client;
    this.#instanceId = instanceId;
    this.instance = instance;
    this.fieldName = fieldName;
  }

  async find(id: string): Promise<ExistingProcess | undefined> {
    return await undefinedIf404(async () => {
      const { data } = await this.client.json(
        {
          method: 'GET',
          path: path`/background-processes/${id}`,
          query: { include: 'instance' },
          what: `Reading background process ${id}`,
        },
        one(rawProcessOf(id)),
      );
      const told = data.data.resource.relationships?.instance?.data?.id;
      this.#settleInstance(id, told);
      this.learn(parseItems(data.included ?? [], IncludedInstance).items);
      await this.locate(id, told);
      return processFrom(data.data, this.#instanceId);
    });
  }

  async update(id: string, update: ProcessUpdate): Promise<ExistingProcess | undefined> {
    return await undefinedIf404(async () => {
      const { data } = await this.client.json(
        {
          method: 'PATCH',
          path: path`/background-processes/${id}`,
          body: update,
          what: `Updating background process ${id}`,
          fieldName: this.fieldName,
        },
        one(RawProcess),
      );
      return processFrom(data.data, this.#instanceId);
    });
  }

  async remove(id: string): Promise<void> {
    await undefinedIf404(() =>
      this.client.send({
        method: 'DELETE',
        path: path`/background-processes/${id}`,
        what: `Deleting background process ${id}`,
      }),
    );
  }

  mayWrite(): void {
    refuseManaged(this.instance);
  }

  protected learn(included: readonly InstanceResource[]): void {
    const own = included.find(({ id }) => this.#instanceId === undefined || id === this.#instanceId);
    this.instance ??= own && instanceFrom(own);
  }

  /** Asks for what an answer has left out though it was to be included: nobody writes to a place that is not known. */
  protected async locate(processId: string, told: string | undefined): Promise<void> {
    const instanceId = this.#instanceId;
    if (instanceId === undefined || (told !== undefined && this.instance !== undefined) || this.#located)
      return;
    if (told === undefined) {
      const { items } = await listAll(
        this.client,
        {
          method: 'GET',
          path: path`/instances/${instanceId}/background-processes`,
          what: `Listing the background processes of ${instanceId}`,
        },
        v.object({ id: v.string() }),
      );
      if (!items.some(({ id }) => id === processId))
        throw elsewhere(processId, `it is not on the instance ${instanceId}`);
    }
    this.instance ??= await readInstance(this.client, instanceId);
    this.#located = true;
  }

  /** Answers to writes do not tell the instance, so it is kept. */
  #settleInstance(processId: string, instanceId: string | undefined): void {
    if (instanceId !== undefined && this.#instanceId !== undefined && instanceId !== this.#instanceId) {
      throw elsewhere(processId, `it is on the instance ${instanceId}, and not on ${this.#instanceId}`);
    }
    this.#instanceId ??= instanceId;
  }
}

function elsewhere(processId: string, why: string): Failure {
  return new Failure({
    what: `Background process ${processId}`,
    why,
    fix: 'Correct process-id, or the inputs that say where it is',
  });
}

/** Throws a `Failure` for an instance whose worker belongs to Laravel Cloud. */
function refuseManaged(instance: Instance | undefined): void {
  if (instance?.type !== 'managed_queue') return;
  throw new Failure({
    what: `The instance ${instance.name} (${instance.id})`,
    why: 'it is a managed queue: its worker belongs to Laravel Cloud, so nothing is created, changed or deleted there',
    fix: 'Nothing was changed. Declare the process on the App cluster or on a worker cluster',
  });
}

export interface ProcessStoreOptions extends PinnedStoreOptions {
  /** What a look has shown a moment ago: the first `list` gives it, and asks nothing. */
  readonly listing?: Listing<ExistingProcess> | undefined;
  /** Which processes of a list keep the resource that they were read from; none unless told. */
  readonly keepsResource?: ((process: ExistingProcess) => boolean) | undefined;
}

/** The background processes of one instance of Laravel Cloud. */
export class CloudProcessStore extends CloudPinnedStore implements ProcessStore {
  readonly #id: string;
  readonly #keepsResource: (process: ExistingProcess) => boolean;
  /** The processes as last listed, without what was removed since; none as long as nobody has asked. */
  latest: readonly ExistingProcess[] = [];
  readonly #removed = new Set<string>();
  #listing: Listing<ExistingProcess> | undefined;

  constructor(client: HttpClient, instanceId: string, options: ProcessStoreOptions = {}) {
    super(client, instanceId, options);
    this.#id = instanceId;
    this.#listing = options.listing;
    this.#keepsResource = options.keepsResource ?? (() => false);
  }

  async list(): Promise<Listing<ExistingProcess>> {
    const known = this.#listing;
    this.#listing = undefined;
    const listing = known ?? (await this.#read());
    const isThere = ({ id }: ExistingProcess) => !this.#removed.has(id);
    this.latest = this.#removed.size === 0 ? listing.processes : listing.processes.filter(isThere);
    return listing;
  }

  override async remove(id: string): Promise<void> {
    await super.remove(id);
    this.#removed.add(id);
    this.latest = this.latest.filter((process) => process.id !== id);
  }

  async #read(): Promise<Listing<ExistingProcess>> {
    const { items, invalid, included, pages, date } = await listAll(
      this.client,
      {
        method: 'GET',
        path: path`/instances/${this.#id}/background-processes`,
        ...(this.instance === undefined ? { query: { include: 'instance' } } : {}),
        what: `Listing the background processes of ${this.#id}`,
        notFound: noInstance(this.#id),
      },
      v.pipe(RawProcess, v.transform(this.#processFrom)),
      IncludedInstance,
    );
    this.learn(included);
    return { processes: items, unreadable: invalid.map(unreadableFrom), pages, serverTime: date };
  }

  /** At once, so that a long list does not keep what was read of all of it. */
  readonly #processFrom = (read: RawProcess): ExistingProcess => {
    const process = understood(read.resource, this.#id);
    return this.#keepsResource(process) ? processFrom(read, this.#id) : process;
  };

  /** A listing of the instance, or a create there, has shown whatever is asked for by its id. */
  protected override async locate(): Promise<void> {}

  async create(spec: ProcessSpec): Promise<Sent<ExistingProcess>> {
    const instanceId = this.#id;
    return await lostIfUnknown(async () => {
      const { data } = await this.client.json(
        {
          method: 'POST',
          path: path`/instances/${instanceId}/background-processes`,
          body: bodyOf(spec),
          what: 'Creating the background process',
          notFound: noInstance(instanceId),
          fieldName: this.fieldName,
        },
        one(RawProcess),
      );
      return processFrom(data.data, instanceId);
    });
  }
}

/** The create request's body: exactly what was declared. */
function bodyOf(spec: ProcessSpec): unknown {
  const { processes = processesOfNew } = spec;
  if (spec.type === 'custom') return { type: 'custom', processes, command: spec.command };
  const { config } = spec;
  return { type: 'worker', processes, ...(Object.keys(config).length === 0 ? {} : { config }) };
}

function noInstance(instanceId: string): string {
  return `Check the instance ${instanceId}: it may be mistyped, be gone, or belong to an organization that the token is not of`;
}
