import type { ManagedQueue } from './cloud-records.ts';
import type { CommandOutcome } from './command-outcomes.ts';
import type { DeploymentLogs } from './deployment-logs.ts';
import type { ProcessLife } from './process-life.ts';

// What a test may say of the things that it lays out.

export interface GivenApplication {
  id?: string;
  name: string;
  slug?: string;
  region?: string;
  repository?: string | null;
  defaultBranch?: string;
}

export interface GivenEnvironment {
  id?: string;
  name: string;
  slug?: string;
  branch?: string;
  status?: 'deploying' | 'running' | 'hibernating' | 'stopped';
  variables?: Record<string, string>;
  createdFromAutomation?: boolean;
  /** It scales to zero; then nothing runs in it. */
  usesHibernation?: boolean;
  hibernationWakeUpInterval?: number;
  usesPushToDeploy?: boolean;
  commitHash?: string;
  /** Visitors, each a line in its log. */
  accessPerSecond?: number;
  /** How its deployments go, if not as the options say. */
  deploymentScript?: string[];
  failureReason?: string;
  deploymentLogs?: DeploymentLogs;
  /** The number of listings and look-ups that miss it first. */
  appearsAfter?: number;
}

export interface GivenInstance {
  id?: string;
  name?: string;
  type?: 'app' | 'service' | 'queue' | 'managed_queue';
  size?: string;
  scalingType?: 'none' | 'custom' | 'auto';
  minReplicas?: number;
  maxReplicas?: number;
  usesScheduler?: boolean;
  /** It sleeps when the app does. */
  sleepWithApp?: boolean;
  /** Of a managed queue only. */
  queue?: Partial<ManagedQueue>;
  appearsAfter?: number;
}

export interface GivenProcess {
  id?: string;
  type: 'worker' | 'custom';
  processes?: number;
  command?: string;
  config?: Record<string, unknown>;
  strategy_type?: string | null;
  strategy_threshold?: number | null;
  created_at?: string | null;
  life?: ProcessLife;
}

export interface GivenDeployment {
  id?: string;
  script?: string[];
  branchName?: string;
  commitHash?: string;
  initiatorId?: string | null;
  failureReason?: string;
  logs?: DeploymentLogs;
  startedAt?: string;
  /** It ended then. */
  finishedAt?: string;
  /** The one that runs is cancelled, since this one takes its place. */
  replaces?: boolean;
}

export interface GivenCommand {
  id?: string;
  command: string;
  outcome?: CommandOutcome;
}

/** What a managed queue is unless told. */
export const QUEUE: ManagedQueue = {
  status: 'available',
  paused: false,
  isDefault: true,
  visibilityTimeout: 90,
  pollingInterval: 5,
  shutdownTimeout: 60,
};
