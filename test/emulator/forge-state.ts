import { type Answer, failure } from './answer.ts';
import { Journal } from './journal.ts';
import { StateScript } from './progress.ts';
import { RateLimits } from './rate-limits.ts';

export interface ForgeServer {
  id: string;
  organization: string;
  name: string;
  createdAt: string;
}

export interface ForgeSite {
  id: string;
  serverId: string;
  name: string;
  user: string;
  createdAt: string;
}

export interface ForgeProcess {
  id: string;
  serverId: string;
  command: string;
  user: string;
  directory: string | null;
  processes: number;
  createdAt: string;
  script: StateScript;
  /** The number of reads until the process is gone; undefined if it stays. */
  looksLeft: number | undefined;
  /** The name. A request can set it, but no response shows it. */
  name: string;
  siteId: number | null;
  startsecs: number | null;
  stopwaitsecs: number | null;
  stopsignal: string | null;
}

export interface ForgeOptions {
  /** The scopes of the token. */
  scopes: readonly string[];
  /** The statuses of a created process. */
  createScript: string[];
  /** The statuses of a process after a restart. */
  restartScript: string[];
  /** The statuses through which a started process cycles; empty if it stays up. */
  flapping: string[];
  /** Milliseconds by which the list lags behind creations and removals. */
  listLag: number;
  /** The number of reads that still show a deleted process, as `removing`. */
  removalLooks: number;
}

type Reference = string | { id: string };

/** The properties that a test may set when it creates a process. */
type GivenProcess = Pick<ForgeProcess, 'command'> &
  Partial<Omit<ForgeProcess, 'id' | 'serverId' | 'script' | 'looksLeft'>> & {
    /** The statuses of the process, one for each read; by default up from the start. */
    script?: string[];
  };

/** The scope that each call needs. */
const SCOPE_OF: Record<string, string> = {
  listForgeServers: 'server:view',
  listForgeSites: 'server:view',
  listForgeProcesses: 'server:view',
  showForgeProcess: 'server:view',
  createForgeProcess: 'server:create-daemons',
  actOnForgeProcess: 'server:create-daemons',
  deleteForgeProcess: 'server:delete-daemons',
};

/** The organizations of one Forge account, in memory, with the methods by which tests set them up. */
export class ForgeState {
  readonly options: ForgeOptions = {
    scopes: [...new Set(Object.values(SCOPE_OF))],
    createScript: ['installing', 'starting', 'running'],
    restartScript: ['restarting', 'starting', 'running'],
    flapping: [],
    listLag: 0,
    removalLooks: 0,
  };
  /** One limit for each user, for all requests. */
  readonly rateLimits = new RateLimits({ general: 60, changes: 60, commands: 60, logs: 60 }, true);
  now: () => number = Date.now;
  /** The slugs of the organizations. */
  readonly organizations: string[] = [];
  readonly servers: ForgeServer[] = [];
  readonly sites: ForgeSite[] = [];
  readonly processes: ForgeProcess[] = [];
  /** The writes made by requests, for lists that lag. */
  readonly writes = new Journal<ForgeProcess>();
  #lastId = 31;

  addServer(organization: string, { name }: { name: string }): ForgeServer {
    const server = { id: this.#newId(), organization, name, createdAt: this.timestamp() };
    this.servers.push(server);
    return server;
  }

  addSite(server: Reference, { name }: { name: string }): ForgeSite {
    const createdAt = this.timestamp();
    const site = { id: this.#newId(), serverId: idOf(server), name, user: 'forge', createdAt };
    this.sites.push(site);
    return site;
  }

  addProcess(server: Reference, { script = ['running'], ...given }: GivenProcess): ForgeProcess {
    const id = this.#newId();
    const process: ForgeProcess = {
      id,
      serverId: idOf(server),
      ...{ user: 'forge', directory: null, processes: 1, createdAt: this.timestamp(), name: `daemon-${id}` },
      ...{ siteId: null, startsecs: null, stopwaitsecs: null, stopsignal: null },
      ...given,
      script: new StateScript(script),
      looksLeft: undefined,
    };
    this.processes.push(process);
    return process;
  }

  /** Returns all processes, also those that Forge is removing. */
  listProcesses(server: Reference): ForgeProcess[] {
    return this.processes.filter(({ serverId }) => serverId === idOf(server));
  }

  /** Returns the processes as the list shows them. */
  listedProcesses(server: Reference): ForgeProcess[] {
    const seen = this.writes.asOf(this.processes, this.now() - this.options.listLag);
    return seen.filter(({ serverId }) => serverId === idOf(server));
  }

  removeProcess(process: Reference): void {
    const index = this.processes.findIndex(({ id }) => id === idOf(process));
    if (index >= 0) this.processes.splice(index, 1);
  }

  scriptAfter(event: 'create' | 'restart'): StateScript {
    return new StateScript(this.options[`${event}Script`], this.options.flapping);
  }

  timestamp(): string {
    return `${new Date(this.now()).toISOString().slice(0, 19)}Z`;
  }

  #newId(): string {
    this.#lastId += 1;
    return String(this.#lastId);
  }
}

function idOf(reference: Reference): string {
  return typeof reference === 'string' ? reference : reference.id;
}

export function missingScope(operation: string, scopes: readonly string[]): Answer | undefined {
  const needed = SCOPE_OF[operation];
  if (needed === undefined || scopes.includes(needed)) return undefined;
  return failure(403, 'Invalid scope(s) provided.');
}
