import type { CloudApplication, CloudEnvironment, CloudInstance } from './cloud-records.ts';
import type { CommandOutcome } from './command-outcomes.ts';
import type { ProcessLife } from './process-life.ts';

// The properties that a test may set when it creates objects.

export type GivenApplication = Pick<CloudApplication, 'name'> & Partial<CloudApplication>;

interface Appearing {
  /** The number of lists and reads that do not show the object at first. */
  appearsAfter?: number;
}

export type GivenEnvironment = Pick<CloudEnvironment, 'name'> &
  Partial<Omit<CloudEnvironment, 'applicationId' | 'branchId' | 'variables' | 'hiddenFor'>> &
  Appearing & { variables?: Record<string, string> };

export type GivenInstance = Partial<Omit<CloudInstance, 'environmentId' | 'hiddenFor'>> & Appearing;

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
  commitHash?: string;
  failureReason?: string;
  startedAt?: string;
  /** The time of the end; without it, the deployment is running. */
  finishedAt?: string;
  /** True to cancel the running deployment, which this deployment replaces. */
  replaces?: boolean;
}

export interface GivenCommand {
  id?: string;
  command: string;
  outcome?: CommandOutcome;
}
