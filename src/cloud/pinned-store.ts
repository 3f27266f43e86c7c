import * as v from 'valibot';
import { Failure } from '../failure.ts';
import type { HttpClient } from '../http/client.ts';
import { undefinedIf404 } from '../http/outcome.ts';
import { sortOut } from '../http/pages.ts';
import { path } from '../http/path.ts';
import type { ExistingProcess } from '../processes/existing.ts';
import type { ProcessUpdate } from '../processes/intended.ts';
import type { PinnedStore } from '../processes/store.ts';
import { type Instance, instanceFrom, readInstance } from './instance.ts';
import { listAll } from './pages.ts';
import { processFrom, RawProcess, rawProcessOf } from './process.ts';
import { IncludedInstance, type InstanceResource, one } from './resources.ts';

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
      this.learn(sortOut(data.included ?? [], IncludedInstance).items);
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
