import type { JsonObject } from './answer.ts';
import type {
  CloudApplication,
  CloudCommand,
  CloudDeployment,
  CloudEnvironment,
  CloudInstance,
  ExistingProcess,
} from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import { TERMINAL_COMMAND } from './progress.ts';

/** The relationships in the `include` of a request. */
export type Includes = ReadonlySet<string>;

export const NOTHING: Includes = new Set();

/** The secret in every environment, which must not appear in any output. */
export const SECRET_VARIABLE = 'base64:SECRET-ENV-VALUE';

export function applicationResource(application: CloudApplication): JsonObject {
  return {
    id: application.id,
    type: 'applications',
    attributes: {
      name: application.name,
      slug: application.slug,
      region: 'eu-central-1',
      created_at: application.createdAt,
      repository:
        application.repository === null
          ? null
          : { full_name: application.repository, default_branch: 'main' },
    },
  };
}

export function environmentResource(
  state: CloudState,
  environment: CloudEnvironment,
  includes: Includes,
  origin: string,
): JsonObject {
  return {
    id: environment.id,
    type: 'environments',
    attributes: {
      name: environment.name,
      slug: environment.slug,
      status: state.runningDeployment(environment) === undefined ? environment.status : 'deploying',
      created_from_automation: false,
      vanity_domain: `${environment.slug}.laravel.cloud`,
      uses_hibernation: environment.usesHibernation,
      hibernation_wake_up_interval: null,
      uses_push_to_deploy: true,
      environment_variables: [{ key: 'APP_KEY', value: SECRET_VARIABLE }],
      network_settings: { cache: { strategy: 'default' } },
      created_at: environment.createdAt,
    },
    ...relationships(includes, { branch: () => one('branches', environment.branchId) }),
    links: { self: { href: `${origin}/api/environments/${environment.id}` } },
  };
}

export function branchResource(environment: CloudEnvironment): JsonObject {
  return { id: environment.branchId, type: 'branches', attributes: { name: environment.branch } };
}

export function instanceResource(
  instance: CloudInstance,
  includes: Includes,
  processes: readonly ExistingProcess[] = [],
): JsonObject {
  const isQueue = instance.type === 'managed_queue';
  return {
    id: instance.id,
    type: 'instances',
    attributes: {
      name: instance.name,
      type: instance.type,
      size: instance.size,
      scaling_type: 'none',
      min_replicas: instance.minReplicas,
      max_replicas: instance.maxReplicas,
      queue_status: isQueue ? 'available' : null,
      paused: isQueue ? false : null,
      is_default: isQueue ? true : null,
      sleep_with_app: instance.sleepWithApp,
      created_at: instance.createdAt,
    },
    ...relationships(includes, {
      environment: () => one('environments', instance.environmentId),
      backgroundProcesses: () => many('background_processes', processes),
    }),
  };
}

export function commandOf({ type, command, config }: ExistingProcess): string {
  return type === 'worker' ? workerCommand(config) : command;
}

export function processResource(process: ExistingProcess, includes: Includes): JsonObject {
  return {
    id: process.id,
    type: 'background_processes',
    attributes: {
      type: process.type,
      processes: process.processes,
      command: commandOf(process),
      config: process.type === 'custom' ? [] : storedConfig(process.config),
      strategy_type: process.strategyType,
      strategy_threshold: process.strategyThreshold,
      created_at: process.createdAt,
    },
    ...relationships(includes, { instance: () => one('instances', process.instanceId) }),
  };
}

export function deploymentResource(deployment: CloudDeployment, origin: string): JsonObject {
  const status = deployment.script.current;
  return {
    id: deployment.id,
    type: 'deployments',
    attributes: {
      status,
      commit_hash: deployment.commitHash,
      commit_message: 'Sell more',
      failure_reason: /failed$/.test(status) ? deployment.failureReason : null,
      started_at: status === 'pending' ? null : deployment.startedAt,
      finished_at: deployment.finishedAt,
    },
    links: { self: { href: `${origin}/api/deployments/${deployment.id}` } },
  };
}

export function commandResource(command: CloudCommand, origin: string): JsonObject {
  const status = command.script.current;
  const { output, exitCode, failureReason } = command.outcome;
  const ended = TERMINAL_COMMAND.has(status);
  return {
    id: command.id,
    type: 'commands',
    attributes: {
      command: command.command,
      output: ended ? output : null,
      status,
      exit_code: ended ? exitCode : null,
      failure_reason: ended ? failureReason : null,
      started_at: command.startedAt,
      finished_at: command.finishedAt,
      created_at: command.createdAt,
    },
    links: { self: { href: `${origin}/api/commands/${command.id}` } },
  };
}

function relationships(includes: Includes, known: Record<string, () => JsonObject>): JsonObject {
  const asked = Object.entries(known).filter(([name]) => includes.has(name));
  if (asked.length === 0) return {};
  return { relationships: Object.fromEntries(asked.map(([name, related]) => [name, related()])) };
}

function one(type: string, id: string): JsonObject {
  return { data: { type, id } };
}

function many(type: string, items: readonly { id: string }[]): JsonObject {
  return { data: items.map(({ id }) => ({ type, id })) };
}

/** The keys of a worker's config in responses, with and without a value. */
const STORED_OPTIONS = [
  'connection',
  'queue',
  'name',
  'tries',
  'backoff',
  'max-jobs',
  'max-time',
  'sleep',
  'rest',
  'timeout',
  'force',
  'stop-when-empty',
] as const;

export const SERVER_DEFAULTS: JsonObject = {
  connection: 'database',
  queue: 'default',
  tries: 1,
  backoff: 0,
  sleep: 3,
  rest: 0,
  timeout: 60,
  force: false,
};

export function storedConfig(config: JsonObject): JsonObject {
  return Object.fromEntries(STORED_OPTIONS.map((option) => [option, config[option] ?? null]));
}

/** Returns the command line that the server derives from a worker's options. */
export function workerCommand(config: JsonObject): string {
  const words = ['php artisan queue:work'];
  for (const option of STORED_OPTIONS) {
    const value = config[option] ?? null;
    if (value === null || value === false) continue;
    if (option === 'connection') words.push(String(value));
    else words.push(value === true ? `--${option}` : `--${option}=${String(value)}`);
  }
  return [...words, '--quiet'].join(' ');
}
