import type * as v from 'valibot';
import { Failure } from '../failure.ts';
import type { HttpClient } from '../http/client.ts';
import { lostIfUnknown, undefinedIf404 } from '../http/outcome.ts';
import { path } from '../http/path.ts';
import type { Sent } from '../processes/create-once.ts';
import type { ExistingProcess } from '../processes/existing.ts';
import type { ProcessUpdate } from '../processes/intended.ts';
import type { Listing } from '../processes/listing.ts';
import { type ProcessSpec, processesOfNew } from '../processes/spec.ts';
import type { ProcessStore } from '../processes/store.ts';
import type { Instance } from './instance.ts';
import { instanceFrom } from './instance.ts';
import { listAll } from './pages.ts';
import { instancesAmong, keepingRaw, one, ProcessResource } from './resources.ts';

const RawProcess = keepingRaw(ProcessResource);
type RawProcess = v.InferOutput<typeof RawProcess>;

/** The background processes of one instance of Laravel Cloud. */
export class CloudProcessStore implements ProcessStore {
  readonly #client: HttpClient;
  /** Given, or learned from the process that was found. */
  #instanceId: string | undefined;
  readonly #fieldName: (field: string) => string;
  /** The instance itself, as soon as an answer has brought it along. */
  instance: Instance | undefined;

  /**
   * Without an instance only `find`, `update` and `remove` can be used. `fieldName` says what the reader calls a field
   * of a request.
   */
  constructor(client: HttpClient, instanceId: string | undefined, fieldName = inputOf) {
    this.#client = client;
    this.#instanceId = instanceId;
    this.#fieldName = fieldName;
  }

  async list(): Promise<Listing<ExistingProcess>> {
    const instanceId = this.#instance();
    const { items, included, pages, date } = await listAll(
      this.#client,
      {
        method: 'GET',
        path: path`/instances/${instanceId}/background-processes`,
        query: { include: 'instance' },
        what: `Listing the background processes of ${instanceId}`,
        notFound: noInstance(instanceId),
      },
      RawProcess,
    );
    this.#learn(instancesAmong(included).map(instanceFrom));
    return { processes: items.map((item) => this.#processFrom(item)), pages, serverTime: date };
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
      this.#learn(instancesAmong(data.included).map(instanceFrom));
      const found = this.#processFrom(data.data);
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
      return this.#processFrom(data.data);
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
      return this.#processFrom(data.data);
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

  #learn(instances: readonly Instance[]): void {
    this.instance ??= instances.find(({ id }) => this.#instanceId === undefined || id === this.#instanceId);
  }

  #processFrom({ raw, resource }: RawProcess): ExistingProcess {
    const { id, attributes, relationships } = resource;
    return {
      id,
      type: attributes.type,
      processes: attributes.processes,
      command: attributes.command ?? null,
      config: attributes.config ?? {},
      strategy: attributes.strategy_type ?? 'none',
      strategyThreshold: attributes.strategy_threshold ?? null,
      createdAt: attributes.created_at ?? null,
      instanceId: relationships?.instance?.data?.id ?? this.#instanceId ?? '',
      resource: raw,
    };
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
