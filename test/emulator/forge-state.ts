import { ALL_SCOPES } from './forge-scopes.ts';
import { type RateLimitOptions, RateLimits } from './rate-limits.ts';
import { StateScript } from './state-script.ts';

export interface ForgeOptions {
  /** What the token may do. */
  scopes: string[];
  /** Which words `status` uses: with `running` and its kin, or the older set that ends at `installed`. */
  statusWords: 'running' | 'installed';
  /** How a created process goes on; by the status words if left out. */
  createScript: string[] | undefined;
  /** How it goes on after restart, start and stop; by the status words if left out. */
  restartScript: string[] | undefined;
  startScript: string[] | undefined;
  stopScript: string[] | undefined;
  /** Actions answer 500 as long as a process is installing. */
  actionFailsWhileInstalling: boolean;
  /** How many more looks still show a deleted process, as `removing`. */
  removalLooks: number;
  /** The page size if none is asked for. */
  pageSize: number;
  rateLimit: RateLimitOptions;
}

export interface ForgeOrganization {
  id: string;
  slug: string;
  name: string;
}

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
  /** Looks left until it is gone; undefined if it is to stay. */
  removalLooks: number | undefined;
  log: string;
  /** Can be written, never comes back. */
  name: string;
  siteId: number | null;
  startsecs: number | null;
  stopwaitsecs: number | null;
  stopsignal: string | null;
  config: string | null;
  /** The actions asked for so far. */
  actions: string[];
}

type Reference = string | { id: string };

/** What may be given, with the rest as it is by default. */
export type ForgeSettings = Partial<Omit<ForgeOptions, 'rateLimit'>> & {
  rateLimit?: Partial<RateLimitOptions>;
};

const DEFAULT_OPTIONS: ForgeOptions = {
  scopes: [...ALL_SCOPES],
  statusWords: 'running',
  createScript: undefined,
  restartScript: undefined,
  startScript: undefined,
  stopScript: undefined,
  actionFailsWhileInstalling: false,
  removalLooks: 0,
  pageSize: 30,
  rateLimit: {
    enforced: true,
    windowMs: 60_000,
    general: 60,
    // One limit for each user, whatever is asked for.
    changes: Number.POSITIVE_INFINITY,
    commands: Number.POSITIVE_INFINITY,
    resetOn: 'no answer',
    reset: 'absolute',
    retryAfter: true,
  },
};

const SCRIPTS = {
  running: {
    create: ['installing', 'starting', 'running'],
    restart: ['restarting', 'starting', 'running'],
    start: ['starting', 'running'],
    stop: ['stopping', 'stopped'],
  },
  installed: {
    create: ['installing', 'installed'],
    restart: ['restarting', 'installed'],
    start: ['starting', 'installed'],
    stop: ['stopping', 'installed'],
  },
} as const;

/** The organizations of one Forge account, in memory, and the builders that tests set them up with. */
export class ForgeState {
  readonly options: ForgeOptions;
  readonly rateLimits: RateLimits;
  now: () => number = Date.now;
  readonly organizations: ForgeOrganization[] = [];
  readonly servers: ForgeServer[] = [];
  readonly sites: ForgeSite[] = [];
  readonly processes: ForgeProcess[] = [];
  #lastId = 30;

  constructor(settings: ForgeSettings = {}) {
    const defaults = structuredClone(DEFAULT_OPTIONS);
    const rateLimit = { ...defaults.rateLimit, ...settings.rateLimit };
    this.options = { ...defaults, ...settings, rateLimit };
    this.rateLimits = new RateLimits(rateLimit);
  }

  addOrganization(given: { slug: string; name?: string }): ForgeOrganization {
    const organization = { id: this.#newId(), slug: given.slug, name: given.name ?? given.slug };
    this.organizations.push(organization);
    return organization;
  }

  addServer(organization: string | { slug: string }, given: { id?: number; name: string }): ForgeServer {
    const server: ForgeServer = {
      id: this.#newId(given.id),
      organization: typeof organization === 'string' ? organization : organization.slug,
      name: given.name,
      createdAt: this.timestamp(),
    };
    this.servers.push(server);
    return server;
  }

  addSite(server: Reference, given: { id?: number; name: string; user?: string }): ForgeSite {
    const site: ForgeSite = {
      id: this.#newId(given.id),
      serverId: idOf(server),
      name: given.name,
      user: given.user ?? 'forge',
      createdAt: this.timestamp(),
    };
    this.sites.push(site);
    return site;
  }

  addProcess(
    server: Reference,
    given: {
      id?: number;
      command: string;
      user?: string;
      directory?: string | null;
      processes?: number;
      name?: string;
      siteId?: number | null;
      startsecs?: number | null;
      stopwaitsecs?: number | null;
      stopsignal?: string | null;
      /** The states it goes through, one a look; up from the start if left out. */
      script?: string[];
      createdAt?: string;
      log?: string;
    },
  ): ForgeProcess {
    const id = this.#newId(given.id);
    const process: ForgeProcess = {
      id,
      serverId: idOf(server),
      command: given.command,
      user: given.user ?? 'forge',
      directory: given.directory ?? null,
      processes: given.processes ?? 1,
      createdAt: given.createdAt ?? this.timestamp(),
      script: new StateScript(given.script ?? [this.options.statusWords]),
      removalLooks: undefined,
      log: given.log ?? '',
      name: given.name ?? `daemon-${id}`,
      siteId: given.siteId ?? null,
      startsecs: given.startsecs ?? null,
      stopwaitsecs: given.stopwaitsecs ?? null,
      stopsignal: given.stopsignal ?? null,
      config: null,
      actions: [],
    };
    this.processes.push(process);
    return process;
  }

  /** Also those that are being removed. */
  listProcesses(server: Reference): ForgeProcess[] {
    return this.processes.filter(({ serverId }) => serverId === idOf(server));
  }

  removeProcess(process: Reference): void {
    const index = this.processes.findIndex(({ id }) => id === idOf(process));
    if (index >= 0) this.processes.splice(index, 1);
  }

  scriptFor(event: 'create' | 'restart' | 'start' | 'stop'): StateScript {
    return new StateScript(this.options[`${event}Script`] ?? SCRIPTS[this.options.statusWords][event]);
  }

  timestamp(): string {
    return `${new Date(this.now()).toISOString().slice(0, 19)}Z`;
  }

  #newId(given?: number): string {
    if (given !== undefined) {
      this.#lastId = Math.max(this.#lastId, given);
      return String(given);
    }
    this.#lastId += 1;
    return String(this.#lastId);
  }
}

function idOf(reference: Reference): string {
  return typeof reference === 'string' ? reference : reference.id;
}
