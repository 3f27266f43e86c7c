import type { CloudDeployment } from './cloud-records.ts';

export interface LogStep {
  step: string;
  /** The words for it are not told; these are made up. */
  status: string;
  description: string;
  output?: string;
  duration_ms?: number;
  time?: string;
}

export interface LogPart {
  available: boolean;
  steps: LogStep[];
}

export interface DeploymentLogs {
  build: LogPart;
  deploy: LogPart;
}

const NOTHING_YET: LogPart = { available: false, steps: [] };

/** What its steps have written, as given, or else as its status lets expect. */
export function logsOf({ logs, script, failureReason, startedAt }: CloudDeployment): DeploymentLogs {
  if (logs !== undefined) return logs;
  const status = script.current;
  const part = (step: string, description: string, failed: boolean): LogPart => ({
    available: true,
    steps: [
      failed
        ? { step, status: 'failed', description, output: failureReason ?? 'It failed.', time: startedAt }
        : { step, status: 'success', description, output: 'Done.', duration_ms: 4_200, time: startedAt },
    ],
  });
  const build = part('build', 'Build the application', status === 'build.failed');
  if (status.startsWith('deployment.')) {
    return { build, deploy: part('deploy', 'Run the deploy command', status === 'deployment.failed') };
  }
  return { build: status.startsWith('build.') ? build : NOTHING_YET, deploy: NOTHING_YET };
}
