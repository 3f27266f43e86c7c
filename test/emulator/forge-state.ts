import { defaultOptions, type ForgeOptions, type ForgeSettings } from './forge-options.ts';
import type { ForgeOrganization, ForgeProcess, ForgeServer, ForgeSite } from './forge-records.ts';
import { Journal } from './journal.ts';
import { RateLimits } from './rate-limits.ts';
import { StateScript } from './state-script.ts';

type Reference = string | { id: string };

const SCRIPTS = {
  create: ['installing', 'starting', 'running'],
  restart: ['restarting', 'starting', 'running'],
  start: ['starting', 'running'],
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
  /** What came in as requests, for lists that lie behind. */
  readonly writes = new Journal<ForgeProcess>();
  #lastId = 30;

  constructor(settings: ForgeSettings = {}) {
    const defaults = defaultOptions();
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
      /** What it goes round in after that, one a look. */
      flapping?: string[];
      createdAt?: string;
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
      script: new StateScript(given.script ?? ['running'], given.flapping),
      looksLeft: undefined,
      name: given.name ?? `daemon-${id}`,
      siteId: given.siteId ?? null,
      startsecs: given.startsecs ?? null,
      stopwaitsecs: given.stopwaitsecs ?? null,
      stopsignal: given.stopsignal ?? null,
      actions: [],
    };
    this.processes.push(process);
    return process;
  }

  /** Also those that are being removed. */
  listProcesses(server: Reference): ForgeProcess[] {
    return this.processes.filter(({ serverId }) => serverId === idOf(server));
  }

  /** As the list shows them. */
  listedProcesses(server: Reference): ForgeProcess[] {
    const seen = this.writes.asOf(this.processes, this.now() - this.options.listLag);
    return seen.filter(({ serverId }) => serverId === idOf(server));
  }

  removeProcess(process: Reference): void {
    const index = this.processes.findIndex(({ id }) => id === idOf(process));
    if (index >= 0) this.processes.splice(index, 1);
  }

  scriptFor(event: 'create' | 'restart' | 'start'): StateScript {
    return new StateScript(this.options[`${event}Script`] ?? SCRIPTS[event], this.options.flapping);
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
