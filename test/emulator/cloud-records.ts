import type { StoredForm } from './edits.ts';
import { type CommandOutcome, type ProcessLife, type Progress, staysUp, succeeds } from './progress.ts';

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
  /** True for an environment that scales to zero, so that nothing runs in it. */
  usesHibernation: boolean;
  /** The head of the branch, which a deployment deploys. */
  commitHash: string;
  createdAt: string;
  /** The statuses of this environment's deployments; by default those of the options. */
  deploymentScript?: string[];
  failureReason?: string;
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
  /** The number of lists that still do not show the instance. */
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

export const TERMINAL_DEPLOYMENT = new Set([
  'deployment.succeeded',
  'deployment.failed',
  'build.failed',
  'failed',
  'cancelled',
]);

// The properties that a test may set when it creates objects.

export type GivenApplication = Pick<CloudApplication, 'name'> & Partial<CloudApplication>;

export type GivenEnvironment = Pick<CloudEnvironment, 'name'> &
  Partial<Omit<CloudEnvironment, 'applicationId' | 'branchId'>>;

export type GivenInstance = Partial<Omit<CloudInstance, 'environmentId'>>;

export type GivenProcess = Pick<ExistingProcess, 'type'> & Partial<Omit<ExistingProcess, 'instanceId'>>;

export interface GivenDeployment {
  script?: string[];
  commitHash?: string;
  startedAt?: string;
  /** The time of the end; without it, the deployment is running. */
  finishedAt?: string;
}

export interface CloudOptions {
  perPage: number;
  /** Changes a created or updated process before it is stored. */
  storedForm: StoredForm;
  deploymentScript: string[];
  /** Milliseconds of a deployment for its whole script; undefined: each read advances its status. */
  deploymentTakes: number | undefined;
  /** The life of each process after its deployment, unless the process has its own. */
  processLife: (process: ExistingProcess) => ProcessLife;
  commandOutcome: CommandOutcome;
  /** Milliseconds by which lists of processes lag behind writes, also the processes that an `include` brings. */
  listLag: number;
}

export const defaultOptions = (): CloudOptions => ({
  perPage: 100,
  storedForm: (given) => given,
  deploymentScript: [
    'pending',
    'build.running',
    'build.succeeded',
    'deployment.running',
    'deployment.succeeded',
  ],
  deploymentTakes: undefined,
  processLife: () => staysUp,
  commandOutcome: succeeds('Done.'),
  listLag: 0,
});
