import * as v from 'valibot';
import type { HttpClient } from '../http/client.ts';
import { lostIfUnknown } from '../http/outcome.ts';
import { path } from '../http/path.ts';
import type { Sent } from '../processes/create-once.ts';
import type { ExistingProcess } from '../processes/existing.ts';
import type { Listing } from '../processes/listing.ts';
import { type ProcessSpec, processesOfNew } from '../processes/spec.ts';
import type { ProcessStore } from '../processes/store.ts';
import { listAll } from './pages.ts';
import { CloudPinnedStore, type PinnedStoreOptions } from './pinned-store.ts';
import { processFrom, RawProcess, understood, unreadableFrom } from './process.ts';
import { IncludedInstance, one } from './resources.ts';

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
    const { items, misfits, included, pages, date } = await listAll(
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
    return { processes: items, unreadable: misfits.map(unreadableFrom), pages, serverTime: date };
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
