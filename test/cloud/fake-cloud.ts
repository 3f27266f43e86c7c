import type { ProcessUpdate } from '../../src/cloud/compare.ts';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import type { Listing } from '../../src/converge/listing.ts';
import type { CreateResult, Store } from '../../src/converge/service.ts';
import { HttpFailure } from '../../src/http/failure.ts';
import type { Clock } from '../../src/time.ts';
import { existing, listingOf } from '../support/processes.ts';

/** How long every call takes, in milliseconds. */
const latency = 100;

export type Call = { readonly kind: 'list' | 'find' | 'create' | 'update' | 'remove'; readonly what: string };

/** The processes of one instance, in memory; `before` may spoil any call. */
export class FakeStore implements Store<ProcessSpec, ExistingProcess> {
  readonly place = this;
  readonly removalSpan = 0;
  readonly processes: ExistingProcess[];
  readonly calls: Call[] = [];
  /** How many calls ran at once at most. */
  peak = 0;
  /** May throw instead of acting; `lose` acts and loses the answer. */
  before: (call: Call) => unknown = () => undefined;
  readonly #clock: Clock;
  readonly #instanceId: string;
  #running = 0;
  #made = 0;

  constructor(clock: Clock, processes: readonly ExistingProcess[] = [], instanceId = 'inst-1') {
    this.#clock = clock;
    this.processes = [...processes];
    this.#instanceId = instanceId;
  }

  mayWrite(): void {}

  count(kind: Call['kind']): number {
    return this.calls.filter((call) => call.kind === kind).length;
  }

  async list(): Promise<Listing<ExistingProcess>> {
    return await this.#call({ kind: 'list', what: '' }, () => listingOf([...this.processes]));
  }

  async find(id: string): Promise<ExistingProcess | undefined> {
    return await this.#call({ kind: 'find', what: id }, () => this.processes.find((each) => each.id === id));
  }

  async create(spec: ProcessSpec): Promise<CreateResult<ExistingProcess>> {
    const what = spec.type === 'custom' ? spec.command : (spec.config.queue ?? 'default');
    try {
      const made = await this.#call({ kind: 'create', what }, () => {
        const made = existing({
          id: `process-${++this.#made}`,
          type: spec.type,
          processes: spec.processes ?? 1,
          command: spec.type === 'custom' ? spec.command : null,
          config: spec.type === 'worker' ? { ...spec.config } : {},
          createdAt: new Date(this.#clock.now()).toISOString(),
          instanceId: this.#instanceId,
        });
        this.processes.push(made);
        return made;
      });
      return { kind: 'created', made };
    } catch (error) {
      if (error instanceof HttpFailure && error.arrival === 'maybe')
        return { kind: 'lost', cause: error.reason };
      throw error;
    }
  }

  async update(id: string, update: ProcessUpdate): Promise<ExistingProcess | undefined> {
    return await this.#call({ kind: 'update', what: id }, () => {
      const index = this.processes.findIndex((each) => each.id === id);
      const found = this.processes[index];
      if (found === undefined) return undefined;
      const changed = { ...found, ...update, config: { ...found.config, ...update.config } };
      this.processes[index] = changed;
      return changed;
    });
  }

  async remove(id: string): Promise<void> {
    await this.#call({ kind: 'remove', what: id }, () => {
      const index = this.processes.findIndex((each) => each.id === id);
      if (index >= 0) this.processes.splice(index, 1);
    });
  }

  async #call<T>(call: Call, act: () => T): Promise<T> {
    this.calls.push(call);
    this.peak = Math.max(this.peak, ++this.#running);
    try {
      const fate = this.before(call);
      await this.#clock.sleep(latency / 2);
      const result = act();
      await this.#clock.sleep(latency / 2);
      if (fate === 'lose') throw lost();
      return result;
    } finally {
      this.#running--;
    }
  }
}

/** The connection broke off after the request was sent. */
export function lost(): HttpFailure {
  return new HttpFailure(
    { what: 'A request', why: 'the connection broke off' },
    { reason: 'the connection broke off', arrival: 'maybe', retry: 'long' },
  );
}

/** The server said no. */
export function refused(): HttpFailure {
  return new HttpFailure(
    { what: 'A request', why: 'Laravel Cloud answered 422' },
    { reason: 'Laravel Cloud answered 422', status: 422, arrival: 'no', retry: 'no' },
  );
}
