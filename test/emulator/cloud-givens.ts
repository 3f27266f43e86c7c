import type { CommandOutcome } from './command-outcomes.ts';
import type { ProcessLife } from './process-life.ts';

// What a test may say of the things that it lays out.

export interface GivenApplication {
  id?: string;
  name: string;
  slug?: string;
  repository?: string | null;
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
  commitHash?: string;
  /** How its deployments go, if not as the options say. */
  deploymentScript?: string[];
  failureReason?: string;
  /** The number of listings and look-ups that miss it first. */
  appearsAfter?: number;
}

export interface GivenInstance {
  id?: string;
  name?: string;
  type?: 'app' | 'service' | 'queue' | 'managed_queue';
  size?: string;
  minReplicas?: number;
  maxReplicas?: number;
  /** It sleeps when the app does. */
  sleepWithApp?: boolean;
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
