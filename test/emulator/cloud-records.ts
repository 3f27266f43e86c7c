import type { CommandOutcome } from './command-outcomes.ts';
import type { DeploymentLogs } from './deployment-logs.ts';
import type { JsonObject } from './json.ts';
import type { ProcessLife } from './process-life.ts';
import type { Progress } from './state-script.ts';

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
  usesHibernation: boolean;
  hibernationWakeUpInterval: number | null;
  usesPushToDeploy: boolean;
  /** What its branch stands at, and a deployment takes. */
  commitHash: string;
  /** How many visitors its log tells of. */
  accessPerSecond: number;
  variables: { key: string; value: string }[];
  createdAt: string;
  deploymentScript: string[] | undefined;
  failureReason: string | undefined;
  deploymentLogs: DeploymentLogs | undefined;
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
  sleepWithApp: boolean | null;
  /** Null for what is no managed queue. */
  queue: ManagedQueue | null;
  createdAt: string;
  hiddenFor: number;
}

export interface ManagedQueue {
  status: 'creating' | 'updating' | 'available' | 'deleting' | 'deleted' | 'unknown';
  paused: boolean;
  isDefault: boolean;
  /** Seconds. */
  visibilityTimeout: number;
  pollingInterval: number;
  shutdownTimeout: number;
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
  /** How it lives where it runs; as the options say if left out. */
  life?: ProcessLife;
  /** Told as it stands, whatever the fields say: something that nobody knows. */
  unknown?: JsonObject;
}

export interface CloudDeployment {
  id: string;
  environmentId: string;
  script: Progress;
  branchName: string;
  commitHash: string;
  /** Null where a push or a hook has started it. */
  initiatorId: string | null;
  failureReason: string | null;
  startedAt: string;
  finishedAt: string | null;
  /** When what it carries came up, in epoch milliseconds. */
  liveAt: number | undefined;
  /** The processes that this deployment puts into effect. */
  carries: ExistingProcess[];
  /** What its steps have written; told from its status if left out. */
  logs: DeploymentLogs | undefined;
}

export interface CloudCommand {
  id: string;
  environmentId: string;
  command: string;
  script: Progress;
  outcome: CommandOutcome;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
}

/** An entry of an environment's log. */
export interface LogEntry {
  /** When it came in, in epoch milliseconds. */
  at: number;
  type: 'access' | 'application' | 'exception' | 'system';
  level: string;
  message: string;
  data?: JsonObject;
}

export const TERMINAL_DEPLOYMENT = new Set([
  'deployment.succeeded',
  'deployment.failed',
  'build.failed',
  'failed',
  'cancelled',
]);
