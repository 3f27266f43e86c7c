import * as v from 'valibot';
import { Failure } from '../failure.ts';
import type { HttpClient } from '../http/client.ts';
import { lostIfUnknown, undefinedIf404 } from '../http/outcome.ts';
import { type Misfit, sortOut } from '../http/pages.ts';
import { path } from '../http/path.ts';
import type { Sent } from '../processes/create-once.ts';
import type { ExistingProcess } from '../processes/existing.ts';
import type { ProcessUpdate } from '../processes/intended.ts';
import type { Listing } from '../processes/listing.ts';
import { type ProcessSpec, processesOfNew } from '../processes/spec.ts';
import type { ProcessStore } from '../processes/store.ts';
import { type Instance, instanceFrom } from './instance.ts';
import { listAll } from './pages.ts';
import { processFrom, RawProcess } from './process.ts';
import { IncludedInstance, type InstanceResource, one } from './resources.ts';

/** What is known of an instance before it is asked for its processes. */
export interface KnownInstance {
  readonly instance?: Instance | undefined;
  /** What a look has shown a moment ago: the first `list` gives it, and asks nothing. */
  readonly listing?: Listing<ExistingProcess> | undefined;
}

/** The background processes of one instance of Laravel Cloud. */
export class CloudProcessStore implements ProcessStore {
  readonly #client: HttpClient;
  /** Given, or learned from the process that was found. */
  #instanceId: string | undefined;
  readonly #fieldName: (field: string) => string;
  /** The instance itself, as soon as an answer has brought it along. */
  instance: Instance | undefined;

  /** The processes as last listed; none as long as nobody has asked. */
  latest: readonly ExistingProcess[] = [];

  #listing: Listing<ExistingProcess> | undefined;

  /**
   * Without an instance only `find`, `update` and `remove` can be used. `fieldName` says what the reader calls a field
   * of a request.
   */
  constructor(
    client: HttpClient,
    instanceId: string | undefined,
    { instance, listing }: KnownInstance = {},
    fieldName = inputOf,
  ) {
    this.#client = client;
    this.#instanceId = instanceId;
    this.#fieldName = fieldName;
    this.instance = instance;
    this.#listing = listing;
  }

  async list(): Promise<Listing<ExistingProcess>> {
    const known = this.#listing;
    this.#listing = undefined;
    const listing = known ?? (await this.#read());
    this.latest = listing.processes;
    return listing;
  }

  async #read(): Promise<Listing<ExistingProcess>> {
    const instanceId = this.#instance();
    const { items, misfits, included, pages, date } = await listAll(
      this.#client,
      {
        method: 'GET',
        path: path`/instances/${instanceId}/background-processes`,
        ...(this.instance === undefined ? { query: { include: 'instance' } } : {}),
        what: `Listing the background processes of ${instanceId}`,
        notFound: noInstance(instanceId),
      },
      RawProcess,
      IncludedInstance,
    );
    for (const misfit of misfits) refuseUnlessStrange(misfit);
    this.#learn(included);
    return { processes: items.map((item) => processFrom(item, instanceId)), pages, serverTime: date };
  }

  async find(id: string): Promise<ExistingProcess | undefined> {
    return await undefinedIf404(async () => {
      const { data } = await this.#client.json(
        {
          method: 'GET',
          path: path`/background-processes/${id}`,
          query: { include: 'instance' },
          what: `Reading background process ${id}`,
        },
        one(RawProcess),
      );
      this.#settleInstance(id, data.data.resource.relationships?.instance?.data?.id);
      this.#learn(sortOut(data.included ?? [], IncludedInstance).items);
      const found = processFrom(data.data, this.#instanceId);
      if (this.#instanceId === undefined || found.instanceId === this.#instanceId) return found;
      throw new Failure({
        what: `Background process ${id}`,
        why: `it belongs to the instance ${found.instanceId}, not to ${this.#instanceId}`,
        fix: 'Correct process-id or the instance',
      });
    });
  }

  async create(spec: ProcessSpec): Promise<Sent<ExistingProcess>> {
    const instanceId = this.#instance();
    return await lostIfUnknown(async () => {
      const { data } = await this.#client.json(
        {
          method: 'POST',
          path: path`/instances/${instanceId}/background-processes`,
          body: bodyOf(spec),
          what: 'Creating the background process',
          notFound: noInstance(instanceId),
          fieldName: this.#fieldName,
        },
        one(RawProcess),
      );
      return processFrom(data.data, this.#instanceId);
    });
  }

  async update(id: string, update: ProcessUpdate): Promise<ExistingProcess | undefined> {
    return await undefinedIf404(async () => {
      const { data } = await this.#client.json(
        {
          method: 'PATCH',
          path: path`/background-processes/${id}`,
          body: update,
          what: `Updating background process ${id}`,
          fieldName: this.#fieldName,
        },
        one(RawProcess),
      );
      return processFrom(data.data, this.#instanceId);
    });
  }

  async remove(id: string): Promise<void> {
    await undefinedIf404(() =>
      this.#client.send({
        method: 'DELETE',
        path: path`/background-processes/${id}`,
        what: `Deleting background process ${id}`,
      }),
    );
  }

  #instance(): string {
    if (this.#instanceId !== undefined) return this.#instanceId;
    throw new Failure({ what: 'The instance', why: 'it is not known', fix: 'Give instance, or environment' });
  }

  /** Answers to writes do not tell the instance, so it is kept. */
  #settleInstance(processId: string, instanceId: string | undefined): void {
    if (instanceId !== undefined && this.#instanceId !== undefined && instanceId !== this.#instanceId) {
      throw new Failure({
        what: `Background process ${processId}`,
        why: `it is on the instance ${instanceId}, and not on ${this.#instanceId}`,
        fix: 'Correct process-id, or the inputs that say where it is',
      });
    }
    this.#instanceId ??= instanceId;
  }

  #learn(included: readonly InstanceResource[]): void {
    const own = included.find(({ id }) => this.#instanceId === undefined || id === this.#instanceId);
    this.instance ??= own && instanceFrom(own);
  }
}

/** The create request's body: exactly what was declared. */
function bodyOf(spec: ProcessSpec): unknown {
  const { processes = processesOfNew } = spec;
  if (spec.type === 'custom') return { type: 'custom', processes, command: spec.command };
  const { config } = spec;
  return { type: 'worker', processes, ...(Object.keys(config).length === 0 ? {} : { config }) };
}

/** `config.queue` → `config-json: queue`, as the reader knows it. */
function inputOf(field: string): string {
  const [, key] = /^config\.(.+)$/.exec(field) ?? [];
  if (key !== undefined) return `config-json: ${key}`;
  return field === 'config' ? 'config-json' : field;
}

function noInstance(instanceId: string): string {
  return `Check the instance ${instanceId}: it may be mistyped, be gone, or belong to an organization that the token is not of`;
}

/** A process of a kind that nobody can declare is passed over; any other one may be what is meant. */
function refuseUnlessStrange({ id, value, why }: Misfit): void {
  const kind = v.safeParse(v.object({ attributes: v.object({ type: v.string() }) }), value);
  if (kind.success && !['worker', 'custom'].includes(kind.output.attributes.type)) return;
  throw new Failure({
    what: `Background process ${id ?? 'without an id'}`,
    why: `it is not as this version knows them (${why}), so that it cannot be told whether it is the declared one`,
    fix: 'Look at it in Laravel Cloud, and whether there is a newer version of this action',
  });
}
