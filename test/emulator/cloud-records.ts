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
  /** It scales to zero; then nothing runs in it. */
  usesHibernation: boolean;
  /** What its branch stands at, and a deployment takes. */
  commitHash: string;
  variables: { key: string; value: string }[];
  createdAt: string;
  /** How its deployments go, if not as the options say. */
  deploymentScript?: string[];
  failureReason?: string;
  /** Looks that still miss it. */
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
  /** It sleeps when the app does. */
  sleepWithApp: boolean | null;
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
  /** How it lives where it runs; as the options say if left out. */
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
  /** When what it carries came up, in epoch milliseconds. */
  liveAt: number | undefined;
  /** The processes that this deployment puts into effect. */
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
  /** When it came in, in epoch milliseconds. */
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
