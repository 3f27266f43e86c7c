import type { Listing } from '../../src/converge/listing.ts';
import type { CreateResult, Store } from '../../src/converge/service.ts';
import type { ForgeProcess } from '../../src/forge/shapes.ts';
import type { ForgeSpec } from '../../src/forge/spec.ts';
import { isLeaving } from '../../src/forge/status.ts';
import type { ProcessFilter } from '../../src/forge/store.ts';
import { HttpFailure } from '../../src/http/failure.ts';
import { listingOf } from '../support/processes.ts';

export function processOf(given: Partial<ForgeProcess> & { id: string }): ForgeProcess {
  return {
    command: 'php8.4 artisan horizon',
    user: 'forge',
    directory: '/home/forge/shop.example',
    processes: 1,
    status: 'running',
    createdAt: '2026-10-01T09:00:00Z',
    ...given,
  };
}

export function specOf(given: Partial<ForgeSpec> = {}): ForgeSpec {
  return {
    name: 'horizon',
    command: 'php8.4 artisan horizon',
    user: 'forge',
    directory: '/home/forge/shop.example',
    processes: 1,
    siteId: undefined,
    startsecs: undefined,
    stopwaitsecs: undefined,
    stopsignal: undefined,
    ...given,
  };
}

export function answered(status: number, fields: readonly string[] = []): HttpFailure {
  return new HttpFailure(
    { what: 'The request', why: `Laravel Forge answered ${status}`, fix: 'Mend it' },
    {
      reason: `Laravel Forge answered ${status}`,
      status,
      arrival: status >= 500 ? 'maybe' : 'no',
      retry: status >= 500 ? 'long' : 'no',
      fields,
    },
  );
}

interface Kept {
  process: ForgeProcess;
  name: string;
  /** SharedListing that still show it, once it is being removed. */
  looksLeft: number;
}

/** A Forge server in memory: it takes a name only once, and removals take some looks. */
export class ForgeServer implements Store<ForgeSpec, ForgeProcess> {
  readonly place = this;
  readonly removalSpan = 60_000;
  readonly kept: Kept[] = [];
  readonly calls: string[] = [];
  readonly filters: ProcessFilter[] = [];
  serverTime: number | undefined;
  /** Looks during which a removed process is still shown. */
  removalLooks = 0;
  /** Told before each create; may throw, act as a rival, lose the answer, or act only before the next one. */
  onCreate: (spec: ForgeSpec, attempt: number) => 'answer' | 'lose' | 'late' | 'never' = () => 'answer';
  onRemove: (id: string) => void = () => undefined;
  #late: ForgeSpec | undefined;
  #attempts = 0;
  #lastId = 40;

  add(name: string, given: Partial<ForgeProcess> = {}): ForgeProcess {
    this.#lastId += 1;
    const process = processOf({ id: String(this.#lastId), ...given });
    this.kept.push({ process, name, looksLeft: 0 });
    return process;
  }

  get names(): string[] {
    return this.kept.map(({ name }) => name);
  }

  async list(filter: ProcessFilter = {}): Promise<Listing<ForgeProcess>> {
    this.filters.push(filter);
    const shown = this.kept.map(({ process }) => process);
    for (const { process } of [...this.kept]) this.#look(process.id);
    return listingOf(
      shown.filter((process) => !isLeaving(process)),
      { leaving: shown.filter(isLeaving), serverTime: this.serverTime },
    );
  }

  async find(id: string): Promise<ForgeProcess | undefined> {
    const found = this.kept.find(({ process }) => process.id === id)?.process;
    this.#look(id);
    return found;
  }

  async create(spec: ForgeSpec): Promise<CreateResult<ForgeProcess>> {
    this.#attempts += 1;
    this.calls.push(`create ${spec.name}`);
    if (this.#late !== undefined) this.#make(this.#late);
    this.#late = undefined;
    const answer = this.onCreate(spec, this.#attempts);
    if (answer === 'late') this.#late = spec;
    else if (this.names.includes(spec.name)) return { kind: 'taken', refusal: answered(422, ['name']) };
    if (answer === 'answer') return { kind: 'created', made: this.#make(spec) };
    if (answer === 'lose') this.#make(spec);
    return { kind: 'lost', cause: 'the connection broke off' };
  }

  async remove(id: string): Promise<void> {
    this.calls.push(`remove ${id}`);
    this.onRemove(id);
    const kept = this.kept.find(({ process }) => process.id === id);
    if (kept === undefined) return;
    if (this.removalLooks === 0) this.#drop(id);
    else {
      kept.process = { ...kept.process, status: 'removing' };
      kept.looksLeft = this.removalLooks;
    }
  }

  mayWrite(): void {
    // Forge keeps no processes of its own.
  }

  #make({ name, command, user, oldDirectory, directory = oldDirectory, processes = 1 }: ForgeSpec) {
    return this.add(name, { command, user, directory: directory ?? null, processes, status: 'installing' });
  }

  #look(id: string): void {
    const kept = this.kept.find(({ process }) => process.id === id);
    if (kept?.process.status !== 'removing') return;
    kept.looksLeft -= 1;
    if (kept.looksLeft <= 0) this.#drop(id);
  }

  #drop(id: string): void {
    const index = this.kept.findIndex(({ process }) => process.id === id);
    if (index >= 0) this.kept.splice(index, 1);
  }
}
