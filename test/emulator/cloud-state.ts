import { randomBytes } from 'node:crypto';
import {
  type CloudApplication,
  type CloudCommand,
  type CloudDeployment,
  type CloudEnvironment,
  type CloudInstance,
  type CloudOptions,
  defaultOptions,
  type ExistingProcess,
  type GivenApplication,
  type GivenDeployment,
  type GivenEnvironment,
  type GivenInstance,
  type GivenProcess,
  TERMINAL_DEPLOYMENT,
} from './cloud-records.ts';
import { Journal } from './journal.ts';
import { StateScript, TimedScript } from './progress.ts';
import { RateLimits } from './rate-limits.ts';

const FIRST_COMMIT = '0123456789abcdef0123456789abcdef01234567';

type Reference = string | { id: string };

/** An in-memory Laravel Cloud organization, with the methods by which tests set it up. */
export class CloudState {
  readonly options: CloudOptions = defaultOptions();
  readonly rateLimits = new RateLimits({ general: 120, changes: 30, commands: 20, logs: 30 }, false);
  now: () => number = Date.now;
  readonly applications: CloudApplication[] = [];
  readonly environments: CloudEnvironment[] = [];
  readonly instances: CloudInstance[] = [];
  readonly processes: ExistingProcess[] = [];
  readonly deployments: CloudDeployment[] = [];
  readonly commands: CloudCommand[] = [];
  /** The future pushes, the earliest first. */
  readonly #pushes: { at: number; environmentId: string; given: GivenDeployment }[] = [];
  /** The writes made by requests, for lists that lag. */
  readonly processWrites = new Journal<ExistingProcess>();
  #branches = new Map<string, string>();
  /** The time of the newest id, in tens of microseconds. */
  #newest = 0;

  addApplication(given: GivenApplication): CloudApplication {
    const application: CloudApplication = {
      id: this.newId('app'),
      slug: freeSlug(given.name, this.applications),
      repository: null,
      createdAt: this.timestamp(),
      ...given,
    };
    this.applications.push(application);
    return application;
  }

  addEnvironment(application: Reference, given: GivenEnvironment): CloudEnvironment {
    const { branch = 'main' } = given;
    const environment: CloudEnvironment = {
      id: this.newId('env'),
      applicationId: idOf(application),
      slug: freeSlug(given.name, this.environments),
      status: 'running',
      usesHibernation: false,
      commitHash: FIRST_COMMIT,
      createdAt: this.timestamp(),
      ...given,
      branch,
      branchId: this.#branchId(branch),
    };
    this.environments.push(environment);
    return environment;
  }

  addInstance(environment: Reference, given: GivenInstance = {}): CloudInstance {
    const instance: CloudInstance = {
      id: this.newId('inst'),
      environmentId: idOf(environment),
      name: 'App',
      type: 'app',
      size: 'flex.g-1vcpu-512mb',
      minReplicas: 1,
      maxReplicas: given.minReplicas ?? 1,
      sleepWithApp: null,
      createdAt: this.timestamp(),
      hiddenFor: 0,
      ...given,
    };
    this.instances.push(instance);
    return instance;
  }

  /** Removes an environment with its instances and processes, as Cloud does when a pull request is closed. */
  removeEnvironment(environment: Reference): void {
    const gone = idOf(environment);
    const own = this.instances.filter(({ environmentId }) => environmentId === gone).map(({ id }) => id);
    keep(this.processes, ({ instanceId }) => !own.includes(instanceId));
    keep(this.instances, ({ id }) => !own.includes(id));
    keep(this.environments, ({ id }) => id !== gone);
  }

  /** Adds a managed queue with the worker that Cloud creates for it. */
  addManagedQueue(environment: Reference, given: Omit<GivenInstance, 'type'> = {}): CloudInstance {
    const size = 'mq-pro-256mb';
    const instance = this.addInstance(environment, { name: 'queue', size, ...given, type: 'managed_queue' });
    this.addProcess(instance, { type: 'worker', config: { connection: 'cloud', tries: 1, timeout: 60 } });
    return instance;
  }

  addProcess(instance: Reference, given: GivenProcess): ExistingProcess {
    const process: ExistingProcess = {
      id: given.id ?? this.newId('process'),
      instanceId: idOf(instance),
      processes: 1,
      command: '',
      strategyType: 'none',
      strategyThreshold: null,
      createdAt: this.timestamp(),
      ...given,
      config: { ...given.config },
    };
    this.processes.push(process);
    return process;
  }

  /** Adds a deployment that starts now, or one that began, and perhaps ended, at the given times. */
  addDeployment(environment: Reference, given: GivenDeployment = {}, begins = this.now()): CloudDeployment {
    const environmentId = idOf(environment);
    const owner = this.environments.find(({ id }) => id === environmentId);
    const states = given.script ?? owner?.deploymentScript ?? this.options.deploymentScript;
    const takes = this.options.deploymentTakes;
    const deployment: CloudDeployment = {
      id: this.newId('depl'),
      environmentId,
      script:
        takes === undefined || states.length === 1
          ? new StateScript(states)
          : new TimedScript(states, { begins, takes, now: () => this.now() }),
      commitHash: given.commitHash ?? owner?.commitHash ?? FIRST_COMMIT,
      failureReason: owner?.failureReason ?? null,
      startedAt: given.startedAt ?? toSecond(begins),
      finishedAt: given.finishedAt ?? null,
      liveAt: undefined,
      carries: this.#carriedSince(environmentId, begins),
    };
    this.deployments.push(deployment);
    this.#settle(deployment);
    return deployment;
  }

  /**
   * Adds a deployment that succeeded `agoMs` ago, half a minute after its start, so that all present processes are
   * live.
   */
  deployed(environment: Reference, { agoMs = 600_000, ...given }: GivenDeployment & { agoMs?: number } = {}) {
    const ended = this.now() - agoMs;
    const deployment = this.addDeployment(environment, {
      script: ['deployment.succeeded'],
      startedAt: toSecond(ended - 33_000),
      finishedAt: toSecond(ended),
      ...given,
    });
    deployment.liveAt = ended;
    return deployment;
  }

  /** Pushes to the branch, now or in `inMs`. Cloud deploys the push. */
  push(environment: Reference, { inMs = 0, ...given }: GivenDeployment & { inMs?: number } = {}): void {
    const environmentId = idOf(environment);
    this.#pushes.push({ at: this.now() + inMs, environmentId, given });
    this.#pushes.sort((a, b) => a.at - b.at);
    this.catchUp();
  }

  /** Carries out the pushes that are due, and updates all deployments. */
  catchUp(): void {
    const now = this.now();
    for (const { at, environmentId, given } of this.#pushes.filter((push) => push.at <= now)) {
      const environment = this.environments.find(({ id }) => id === environmentId);
      if (environment !== undefined) environment.commitHash = given.commitHash ?? environment.commitHash;
      this.addDeployment(environmentId, given, at);
    }
    this.#pushes.splice(0, this.#pushes.filter(({ at }) => at <= now).length);
    for (const deployment of this.deployments) this.#settle(deployment);
  }

  /** Advances a deployment as one read does. */
  showDeployment(deployment: CloudDeployment): void {
    deployment.script.show();
    this.#settle(deployment);
  }

  addCommand(environment: Reference, command: string): CloudCommand {
    const outcome = this.options.commandOutcome;
    const added: CloudCommand = {
      id: this.newId('comm'),
      environmentId: idOf(environment),
      command,
      script: new StateScript(outcome.statuses),
      outcome,
      createdAt: this.timestamp(),
      startedAt: null,
      finishedAt: null,
    };
    this.commands.push(added);
    return added;
  }

  /** Returns the processes in the order of their creation, as the API lists them. */
  listProcesses(instance: Reference): ExistingProcess[] {
    const id = idOf(instance);
    return this.processes.filter(({ instanceId }) => instanceId === id);
  }

  /** Returns the running processes: those of the last successful deployment. */
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

  /** Returns the deployments, the newest first. */
  deploymentsOf(environment: Reference): CloudDeployment[] {
    return this.deployments.filter(({ environmentId }) => environmentId === idOf(environment)).reverse();
  }

  runningDeployment(environment: Reference): CloudDeployment | undefined {
    return this.deploymentsOf(environment).find(({ script }) => !TERMINAL_DEPLOYMENT.has(script.current));
  }

  /** Returns the processes as a list shows them: without the writes within the lag. */
  listed(): readonly ExistingProcess[] {
    return this.processWrites.asOf(this.processes, this.now() - this.options.listLag);
  }

  /** Makes a UUID as Laravel does: the time first, then random digits. Recorded: the younger id is the greater one. */
  newId(prefix: string): string {
    this.#newest = Math.max(this.#newest + 1, Math.floor(this.now()) * 100);
    const time = this.#newest.toString(16).padStart(12, '0');
    const rest = randomBytes(9).toString('hex');
    const uuid = `${time.slice(0, 8)}-${time.slice(8)}-4${rest.slice(0, 3)}-8${rest.slice(3, 6)}-${rest.slice(6)}`;
    return `${prefix}-${uuid}`;
  }

  timestamp(): string {
    return toSecond(this.now());
  }

  /** Returns the processes of an environment at the start of a deployment. */
  #carriedSince(environmentId: string, moment: number): ExistingProcess[] {
    const instances = new Set(this.instancesOf(environmentId).map(({ id }) => id));
    const then = this.processWrites.asOf(this.processes, moment);
    return structuredClone(then.filter(({ instanceId }) => instances.has(instanceId)));
  }

  /** Records the end of a deployment that has ended. */
  #settle(deployment: CloudDeployment): void {
    const { script, finishedAt } = deployment;
    if (!TERMINAL_DEPLOYMENT.has(script.current)) return;
    const ended = script instanceof TimedScript ? script.ends : this.now();
    deployment.finishedAt ??= toSecond(ended);
    if (script.current !== 'deployment.succeeded') return;
    deployment.liveAt ??= finishedAt === null ? ended : Date.parse(finishedAt);
  }

  #branchId(branch: string): string {
    const known = this.#branches.get(branch) ?? String(4711 + this.#branches.size);
    this.#branches.set(branch, known);
    return known;
  }
}

/** Returns a date in whole seconds. Recorded: no date of the API has fractions of a second. */
function toSecond(moment: number): string {
  return `${new Date(moment).toISOString().slice(0, 19)}.000000Z`;
}

function idOf(reference: Reference): string {
  return typeof reference === 'string' ? reference : reference.id;
}

/** Removes the items of a list that `isKept` rejects. */
function keep<T>(list: T[], isKept: (one: T) => boolean): void {
  list.splice(0, list.length, ...list.filter(isKept));
}

/** Returns the slug of a name. A taken slug gets a number. Recorded: numbers begin with 3. */
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
