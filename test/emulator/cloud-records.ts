import type { CommandOutcome } from './command-outcomes.ts';
import type { ProcessLife } from './process-life.ts';
import type { Progress } from './state-script.ts';

export interface CloudApplication {
  id: string;
  name: string;
  slug: string;
  repository: string | null;
  createdAt: string;
}

export interface CloudEnvironment {
  id: string;
  applicationId: string;
  name: string;
  slug: string;
  branch: string;
  branchId: string;
  status: 'deploying' | 'running' | 'hibernating' | 'stopped';
  createdFromAutomation: boolean;
  /** True for an environment that scales to zero, so that nothing runs in it. */
  usesHibernation: boolean;
  /** The head of the branch, which a deployment deploys. */
  commitHash: string;
  variables: { key: string; value: string }[];
  createdAt: string;
  /** The statuses of this environment's deployments; by default those of the options. */
  deploymentScript?: string[];
  failureReason?: string;
  /** The number of reads that still do not show the environment. */
  hiddenFor: number;
}

export interface CloudInstance {
  id: string;
  environmentId: string;
  name: string;
  type: 'app' | 'service' | 'queue' | 'managed_queue';
  size: string;
  minReplicas: number;
  maxReplicas: number;
  /** True for an instance that sleeps together with the app. */
  sleepWithApp: boolean | null;
  createdAt: string;
  hiddenFor: number;
}

export interface ExistingProcess {
  id: string;
  instanceId: string;
  type: 'worker' | 'custom';
  processes: number;
  /** The command of a custom process. The command of a worker is generated. */
  command: string;
  config: Record<string, unknown>;
  strategyType: string | null;
  strategyThreshold: number | null;
  createdAt: string | null;
  /** The life of the process while it runs; by default that of the options. */
  life?: ProcessLife;
}

export interface CloudDeployment {
  id: string;
  environmentId: string;
  script: Progress;
  branchName: string;
  commitHash: string;
  failureReason: string | null;
  startedAt: string;
  finishedAt: string | null;
  /** The time at which its processes started, in epoch milliseconds. */
  liveAt: number | undefined;
  /** The processes that this deployment starts. */
  carries: ExistingProcess[];
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
  /** The arrival of the entry, in epoch milliseconds. */
  at: number;
  type: 'system';
  level: string;
  message: string;
}

export const TERMINAL_DEPLOYMENT = new Set([
  'deployment.succeeded',
  'deployment.failed',
  'build.failed',
  'failed',
  'cancelled',
]);
