import { randomBytes, randomUUID } from 'node:crypto';
import { type RateLimitOptions, RateWindow } from './rate-window.ts';
import { StateScript } from './state-script.ts';

export type Reference = string | { id: string };

export interface CloudOptions {
  perPage: number;
  /** The server fills in what a worker was created without. */
  fillDefaults: boolean;
  /** A PATCH replaces the whole config instead of merging into it. */
  patchReplaces: boolean;
  /** Fields a PATCH ignores with a 200: 'processes', 'command', 'config', 'config.queue'. */
  patchIgnores: string[];
  /** Numbers and booleans of a process come back as strings. */
  numbersAsStrings: boolean;
  createdAtResolution: 'second' | 'microsecond';
  idOrder: 'random' | 'time';
  /** What POST deployments answers when it works. */
  deploymentStatus: 200 | 201;
  /** What POST deployments answers while another one runs. */
  deploymentConflict: 409 | 422;
  deploymentScript: string[];
  organization: { id: string; name: string; slug: string };
  rateLimit: RateLimitOptions;
}

export interface CloudApplication {
  id: string;
  name: string;
  slug: string;
  region: string;
  repository: string | null;
  defaultBranch: string;
  createdAt: string;
}

export interface CloudEnvironment {
  id: string;
  applicationId: string;
  name: string;
  slug: string;
  branch: string;
  branchId: string;
  status: string;
  createdFromAutomation: boolean;
  variables: { key: string; value: string }[];
  createdAt: string;
  deploymentScript: string[] | undefined;
  failureReason: string | undefined;
  /** Looks that still miss it. */
  hiddenFor: number;
}

export interface CloudInstance {
  id: string;
  environmentId: string;
  name: string;
  type: string;
  size: string;
  scalingType: string;
  minReplicas: number;
  maxReplicas: number;
  usesScheduler: boolean;
  createdAt: string;
  hiddenFor: number;
}

export interface ExistingProcess {
  id: string;
  instanceId: string;
  type: 'worker' | 'custom';
  processes: number;
  /** Of a custom process; a worker's is generated. */
  command: string;
  config: Record<string, unknown>;
  strategyType: string | null;
  strategyThreshold: number | null;
  createdAt: string | null;
}

export interface CloudDeployment {
  id: string;
  environmentId: string;
  script: StateScript;
  failureReason: string | null;
  startedAt: string;
  finishedAt: string | null;
  /** The processes that this deployment puts into effect. */
  carries: ExistingProcess[];
}

export const TERMINAL_DEPLOYMENT = new Set([
  'deployment.succeeded',
  'deployment.failed',
  'build.failed',
  'failed',
  'cancelled',
]);

export const SECRET_VARIABLE = 'base64:SECRET-ENV-VALUE';

const DEFAULT_OPTIONS: CloudOptions = {
  perPage: 100,
  fillDefaults: false,
  patchReplaces: false,
  patchIgnores: [],
  numbersAsStrings: false,
  createdAtResolution: 'second',
  idOrder: 'random',
  deploymentStatus: 201,
  deploymentConflict: 422,
  deploymentScript: [
    'pending',
    'build.running',
    'build.succeeded',
    'deployment.running',
    'deployment.succeeded',
  ],
  organization: { id: 'org-00000000-0000-4000-8000-000000000001', name: 'Acme', slug: 'acme' },
  rateLimit: { limit: 120, enforced: false, reset: 'none', retryAfter: true },
};

/** Everything one Laravel Cloud organization holds, in memory, and the builders that tests set it up with. */
export class CloudState {
  readonly options: CloudOptions;
  readonly rateWindow: RateWindow;
  now: () => number = Date.now;
  readonly applications: CloudApplication[] = [];
  readonly environments: CloudEnvironment[] = [];
  readonly instances: CloudInstance[] = [];
  readonly processes: ExistingProcess[] = [];
  readonly deployments: CloudDeployment[] = [];
  #branches = new Map<string, string>();
  #sequence = 0;

  constructor(options: Partial<CloudOptions> = {}) {
    this.options = { ...structuredClone(DEFAULT_OPTIONS), ...options };
    this.rateWindow = new RateWindow(this.options.rateLimit);
  }

  addApplication(given: {
    id?: string;
    name: string;
    slug?: string;
    region?: string;
    repository?: string | null;
    defaultBranch?: string;
  }): CloudApplication {
    const application: CloudApplication = {
      id: given.id ?? this.newId('app'),
      name: given.name,
      slug: given.slug ?? freeSlug(given.name, this.applications),
      region: given.region ?? 'eu-central-1',
      repository: given.repository ?? null,
      defaultBranch: given.defaultBranch ?? 'main',
      createdAt: this.timestamp(),
    };
    this.applications.push(application);
    return application;
  }

  addEnvironment(
    application: Reference,
    given: {
      id?: string;
      name: string;
      slug?: string;
      branch?: string;
      status?: 'deploying' | 'running' | 'hibernating' | 'stopped';
      variables?: Record<string, string>;
      createdFromAutomation?: boolean;
      /** How its deployments go, if not as the options say. */
      deploymentScript?: string[];
      failureReason?: string;
      /** The number of listings and look-ups that miss it first. */
      appearsAfter?: number;
    },
  ): CloudEnvironment {
    const branch = given.branch ?? 'main';
    const variables = given.variables ?? { APP_KEY: SECRET_VARIABLE };
    const environment: CloudEnvironment = {
      id: given.id ?? this.newId('env'),
      applicationId: idOf(application),
      name: given.name,
      slug: given.slug ?? freeSlug(given.name, this.environments),
      branch,
      branchId: this.#branchId(branch),
      status: given.status ?? 'running',
      createdFromAutomation: given.createdFromAutomation ?? false,
      variables: Object.entries(variables).map(([key, value]) => ({ key, value })),
      createdAt: this.timestamp(),
      deploymentScript: given.deploymentScript,
      failureReason: given.failureReason,
      hiddenFor: given.appearsAfter ?? 0,
    };
    this.environments.push(environment);
    return environment;
  }

  addInstance(
    environment: Reference,
    given: {
      id?: string;
      name?: string;
      type?: 'app' | 'service' | 'queue' | 'managed_queue';
      size?: string;
      scalingType?: 'none' | 'custom' | 'auto';
      minReplicas?: number;
      maxReplicas?: number;
      usesScheduler?: boolean;
      appearsAfter?: number;
    } = {},
  ): CloudInstance {
    const instance: CloudInstance = {
      id: given.id ?? this.newId('inst'),
      environmentId: idOf(environment),
      name: given.name ?? 'App',
      type: given.type ?? 'app',
      size: given.size ?? 'flex.g-1vcpu-512mb',
      scalingType: given.scalingType ?? 'none',
      minReplicas: given.minReplicas ?? 1,
      maxReplicas: given.maxReplicas ?? given.minReplicas ?? 1,
      usesScheduler: given.usesScheduler ?? false,
      createdAt: this.timestamp(),
      hiddenFor: given.appearsAfter ?? 0,
    };
    this.instances.push(instance);
    return instance;
  }

  addProcess(
    instance: Reference,
    given: {
      id?: string;
      type: 'worker' | 'custom';
      processes?: number;
      command?: string;
      config?: Record<string, unknown>;
      strategy_type?: string | null;
      strategy_threshold?: number | null;
      created_at?: string | null;
    },
  ): ExistingProcess {
    const process: ExistingProcess = {
      id: given.id ?? this.newId('process'),
      instanceId: idOf(instance),
      type: given.type,
      processes: given.processes ?? 1,
      command: given.command ?? '',
      config: { ...given.config },
      strategyType: given.strategy_type === undefined ? 'none' : given.strategy_type,
      strategyThreshold: given.strategy_threshold ?? null,
      createdAt: given.created_at === undefined ? this.timestamp() : given.created_at,
    };
    this.processes.push(process);
    return process;
  }

  addDeployment(
    environment: Reference,
    given: { id?: string; script?: string[]; failureReason?: string } = {},
  ): CloudDeployment {
    const environmentId = idOf(environment);
    const owner = this.environments.find(({ id }) => id === environmentId);
    const instances = new Set(this.instancesOf(environmentId).map(({ id }) => id));
    const deployment: CloudDeployment = {
      id: given.id ?? this.newId('depl'),
      environmentId,
      script: new StateScript(given.script ?? owner?.deploymentScript ?? this.options.deploymentScript),
      failureReason: given.failureReason ?? owner?.failureReason ?? null,
      startedAt: this.timestamp(),
      finishedAt: null,
      carries: structuredClone(this.processes.filter(({ instanceId }) => instances.has(instanceId))),
    };
    this.deployments.push(deployment);
    return deployment;
  }

  /** In the order they were made, which is how the API lists them. */
  listProcesses(instance: Reference): ExistingProcess[] {
    const id = idOf(instance);
    return this.processes.filter(({ instanceId }) => instanceId === id);
  }

  /** What runs: the processes that the last successful deployment carried. */
  listRunning(instance: Reference): ExistingProcess[] {
    const id = idOf(instance);
    const environmentId = this.instances.find((each) => each.id === id)?.environmentId;
    const last = this.deploymentsOf(environmentId ?? '').find(
      ({ script }) => script.current === 'deployment.succeeded',
    );
    return last?.carries.filter(({ instanceId }) => instanceId === id) ?? [];
  }

  removeProcess(process: Reference): void {
    const index = this.processes.findIndex(({ id }) => id === idOf(process));
    if (index >= 0) this.processes.splice(index, 1);
  }

  instancesOf(environment: Reference): CloudInstance[] {
    return this.instances.filter(({ environmentId }) => environmentId === idOf(environment));
  }

  /** The newest first. */
  deploymentsOf(environment: Reference): CloudDeployment[] {
    return this.deployments.filter(({ environmentId }) => environmentId === idOf(environment)).reverse();
  }

  runningDeployment(environment: Reference): CloudDeployment | undefined {
    return this.deploymentsOf(environment).find(({ script }) => !TERMINAL_DEPLOYMENT.has(script.current));
  }

  newId(prefix: string): string {
    return `${prefix}-${this.options.idOrder === 'random' ? randomUUID() : this.#timeOrderedUuid()}`;
  }

  timestamp(): string {
    const iso = new Date(this.now()).toISOString();
    if (this.options.createdAtResolution === 'second') return `${iso.slice(0, 19)}.000000Z`;
    // The clock ticks in milliseconds, so the last three digits count what was made.
    return `${iso.slice(0, -1)}${String(++this.#sequence % 1000).padStart(3, '0')}Z`;
  }

  #timeOrderedUuid(): string {
    const time = Math.floor(this.now()).toString(16).padStart(12, '0');
    const count = (++this.#sequence % 0x1000).toString(16).padStart(3, '0');
    const rest = randomBytes(8).toString('hex');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-8${rest.slice(0, 3)}-${rest.slice(3, 15)}`;
  }

  #branchId(branch: string): string {
    const known = this.#branches.get(branch) ?? String(4711 + this.#branches.size);
    this.#branches.set(branch, known);
    return known;
  }
}

function idOf(reference: Reference): string {
  return typeof reference === 'string' ? reference : reference.id;
}

function freeSlug(name: string, taken: readonly { slug: string }[]): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  const used = new Set(taken.map((each) => each.slug));
  if (!used.has(slug)) return slug;
  let number = 3;
  while (used.has(`${slug}-${number}`)) number += 1;
  return `${slug}-${number}`;
}
