import type {
  CloudApplication,
  CloudCommand,
  CloudDeployment,
  CloudEnvironment,
  CloudInstance,
  ExistingProcess,
} from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import { TERMINAL_COMMAND } from './command-outcomes.ts';
import type { JsonObject } from './json.ts';
import { type Includes, many, one, relationships } from './relationships.ts';
import { storedConfig, workerCommand } from './worker-command.ts';

export function applicationResource(application: CloudApplication): JsonObject {
  return {
    id: application.id,
    type: 'applications',
    attributes: {
      name: application.name,
      slug: application.slug,
      region: 'eu-central-1',
      slack_channel: null,
      avatar_url: `https://cloud.example/avatars/${application.slug}.png`,
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
      created_from_automation: environment.createdFromAutomation,
      vanity_domain: `${environment.slug}.laravel.cloud`,
      php_major_version: '8.4',
      build_command: 'composer install --no-dev',
      node_version: '22',
      deploy_command: 'php artisan migrate --force',
      uses_octane: false,
      uses_hibernation: environment.usesHibernation,
      hibernation_wake_up_interval: null,
      uses_push_to_deploy: true,
      uses_deploy_hook: false,
      environment_variables: environment.variables,
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
      visibility_timeout: isQueue ? 90 : null,
      polling_interval: isQueue ? 5 : null,
      shutdown_timeout: isQueue ? 60 : null,
      uses_scheduler: false,
      sleep_with_app: instance.sleepWithApp,
      scaling_cpu_threshold_percentage: null,
      scaling_memory_threshold_percentage: null,
      created_at: instance.createdAt,
    },
    ...relationships(includes, {
      environment: () => one('environments', instance.environmentId),
      backgroundProcesses: () => many('background_processes', processes),
    }),
  };
}

export function processResource(state: CloudState, process: ExistingProcess, includes: Includes): JsonObject {
  const stringly = state.options.numbersAsStrings;
  const config = storedConfig(process.config);
  const resource = {
    id: state.options.processIds === 'numbers' ? Number(process.id) : process.id,
    type: 'background_processes',
    attributes: {
      type: process.type,
      processes: stringly ? String(process.processes) : process.processes,
      command: process.type === 'worker' ? workerCommand(process.config) : process.command,
      config: process.type === 'custom' ? [] : stringly ? asStrings(config) : config,
      strategy_type: process.strategyType,
      strategy_threshold: process.strategyThreshold,
      created_at: process.createdAt,
    },
    ...relationships(includes, { instance: () => one('instances', process.instanceId) }),
  };
  return state.options.processForm(resource, process);
}

export function deploymentResource(
  state: CloudState,
  deployment: CloudDeployment,
  origin: string,
): JsonObject {
  const status = deployment.script.current;
  const environment = state.environments.find(({ id }) => id === deployment.environmentId);
  return {
    id: deployment.id,
    type: 'deployments',
    attributes: {
      status,
      branch_name: deployment.branchName,
      commit_hash: deployment.commitHash,
      commit_message: 'Sell more',
      commit_author: 'octocat',
      failure_reason: /failed$/.test(status) ? deployment.failureReason : null,
      php_major_version: '8.4',
      build_command: 'composer install --no-dev',
      node_version: '22',
      uses_octane: false,
      uses_hibernation: environment?.usesHibernation ?? false,
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

export function visibleEnvironments(state: CloudState, application: CloudApplication): CloudEnvironment[] {
  return state.environments.filter(
    ({ applicationId, hiddenFor }) => applicationId === application.id && hiddenFor === 0,
  );
}

export function visibleInstances(state: CloudState, environment: CloudEnvironment): CloudInstance[] {
  return state.instancesOf(environment).filter(({ hiddenFor }) => hiddenFor === 0);
}

function asStrings(config: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, value === null ? null : String(value)]),
  );
}
