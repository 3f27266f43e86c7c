import { type CloudOptions, type CloudSettings, DEFAULT_OPTIONS } from './cloud-options.ts';
import {
  type CloudApplication,
  type CloudCommand,
  type CloudDeployment,
  type CloudEnvironment,
  type CloudInstance,
  type ExistingProcess,
  TERMINAL_DEPLOYMENT,
} from './cloud-records.ts';
import { Stamps } from './cloud-stamps.ts';
import type { CommandOutcome } from './command-outcomes.ts';
import type { DeploymentLogs } from './deployment-logs.ts';
import { Journal } from './journal.ts';
import { RateLimits } from './rate-limits.ts';
import { StateScript } from './state-script.ts';

type Reference = string | { id: string };

export const SECRET_VARIABLE = 'base64:SECRET-ENV-VALUE';

/** Everything one Laravel Cloud organization holds, in memory, and the builders that tests set it up with. */
export class CloudState {
  readonly options: CloudOptions;
  readonly rateLimits: RateLimits;
  now: () => number = Date.now;
  readonly applications: CloudApplication[] = [];
  readonly environments: CloudEnvironment[] = [];
  readonly instances: CloudInstance[] = [];
  readonly processes: ExistingProcess[] = [];
  readonly deployments: CloudDeployment[] = [];
  readonly commands: CloudCommand[] = [];
  /** What came in as requests, for views that lie behind. */
  readonly processWrites = new Journal<ExistingProcess>();
  readonly deploymentWrites = new Journal<CloudDeployment>();
  readonly commandWrites = new Journal<CloudCommand>();
  #branches = new Map<string, string>();
  #stamps: Stamps;

  constructor(settings: CloudSettings = {}) {
    const defaults = structuredClone(DEFAULT_OPTIONS);
    const rateLimit = { ...defaults.rateLimit, ...settings.rateLimit };
    this.options = { ...defaults, ...settings, rateLimit };
    this.rateLimits = new RateLimits(rateLimit);
    this.#stamps = new Stamps(this.options, () => this.now());
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
      deploymentLogs?: DeploymentLogs;
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
      deploymentLogs: given.deploymentLogs,
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
    given: {
      id?: string;
      script?: string[];
      failureReason?: string;
      logs?: DeploymentLogs;
      startedAt?: string;
    } = {},
  ): CloudDeployment {
    const environmentId = idOf(environment);
    const owner = this.environments.find(({ id }) => id === environmentId);
    const instances = new Set(this.instancesOf(environmentId).map(({ id }) => id));
    const deployment: CloudDeployment = {
      id: given.id ?? this.newId('depl'),
      environmentId,
      script: new StateScript(given.script ?? owner?.deploymentScript ?? this.options.deploymentScript),
      failureReason: given.failureReason ?? owner?.failureReason ?? null,
      startedAt: given.startedAt ?? this.timestamp(),
      finishedAt: null,
      logs: given.logs ?? owner?.deploymentLogs,
      carries: structuredClone(this.processes.filter(({ instanceId }) => instances.has(instanceId))),
    };
    this.deployments.push(deployment);
    return deployment;
  }

  addCommand(
    environment: Reference,
    given: { id?: string; command: string; outcome?: CommandOutcome },
  ): CloudCommand {
    const { commandOutcome } = this.options;
    const byDefault = typeof commandOutcome === 'function' ? commandOutcome(given.command) : commandOutcome;
    const outcome = given.outcome ?? byDefault;
    const command: CloudCommand = {
      id: given.id ?? this.newId('comm'),
      environmentId: idOf(environment),
      command: given.command,
      script: new StateScript(outcome.statuses),
      outcome,
      createdAt: this.timestamp(),
      startedAt: null,
      finishedAt: null,
    };
    this.commands.push(command);
    return command;
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
    return this.#stamps.newId(prefix);
  }

  timestamp(): string {
    return this.#stamps.timestamp();
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
