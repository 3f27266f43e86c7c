import type { CloudApplication, CloudEnvironment, CloudInstance } from './cloud-records.ts';
import type { CommandOutcome } from './command-outcomes.ts';
import type { ProcessLife } from './process-life.ts';

// What a test may say of the things that it lays out.

export type GivenApplication = Pick<CloudApplication, 'name'> & Partial<CloudApplication>;

interface Appearing {
  /** The number of listings and look-ups that miss it first. */
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
