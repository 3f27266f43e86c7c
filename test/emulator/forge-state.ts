import { defaultOptions, type ForgeOptions, type ForgeSettings } from './forge-options.ts';
import type { ForgeOrganization, ForgeProcess, ForgeServer, ForgeSite } from './forge-records.ts';
import { Journal } from './journal.ts';
import { RateLimits } from './rate-limits.ts';
import { StateScript } from './state-script.ts';

type Reference = string | { id: string };

/** The properties that a test may set when it creates a process. */
type GivenProcess = Pick<ForgeProcess, 'command'> &
  Partial<Omit<ForgeProcess, 'id' | 'serverId' | 'script' | 'looksLeft'>> & {
    /** The statuses of the process, one for each read; by default up from the start. */
    script?: string[];
    /** The statuses through which the process cycles afterwards, one for each read. */
    flapping?: string[];
  };

const SCRIPTS = {
  create: ['installing', 'starting', 'running'],
  restart: ['restarting', 'starting', 'running'],
  start: ['starting', 'running'],
} as const;

/** The organizations of one Forge account, in memory, with the methods by which tests set them up. */
export class ForgeState {
  readonly options: ForgeOptions;
  readonly rateLimits: RateLimits;
  now: () => number = Date.now;
  readonly organizations: ForgeOrganization[] = [];
  readonly servers: ForgeServer[] = [];
  readonly sites: ForgeSite[] = [];
  readonly processes: ForgeProcess[] = [];
  /** The writes made by requests, for lists that lag. */
  readonly writes = new Journal<ForgeProcess>();
  #lastId = 30;

  constructor(settings: ForgeSettings = {}) {
    const defaults = defaultOptions();
    const rateLimit = { ...defaults.rateLimit, ...settings.rateLimit };
    this.options = { ...defaults, ...settings, rateLimit };
    this.rateLimits = new RateLimits(rateLimit);
  }

  addOrganization(given: { slug: string; name: string }): ForgeOrganization {
    const organization = { id: this.#newId(), ...given };
    this.organizations.push(organization);
    return organization;
  }

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

  addProcess(server: Reference, { script = ['running'], flapping, ...given }: GivenProcess): ForgeProcess {
    const id = this.#newId();
    const process: ForgeProcess = {
      id,
      serverId: idOf(server),
      ...{ user: 'forge', directory: null, processes: 1, createdAt: this.timestamp(), name: `daemon-${id}` },
      ...{ siteId: null, startsecs: null, stopwaitsecs: null, stopsignal: null },
      ...given,
      script: new StateScript(script, flapping),
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

  scriptFor(event: 'create' | 'restart' | 'start'): StateScript {
    return new StateScript(this.options[`${event}Script`] ?? SCRIPTS[event], this.options.flapping);
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
