import type { CloudDeployment } from './cloud-records.ts';

interface LogStep {
  step: string;
  /** Recorded: `finished` or `skipped`. The word for a failed step is unknown. */
  status: string;
  description: string;
  output?: string;
  duration_ms?: number;
  /** The duration: `00:00:36`. */
  time?: string;
}

interface LogPart {
  available: boolean;
  steps: LogStep[];
}

const BUILD: readonly LogStep[] = [
  finished('git.clone', 'Clone the repository'),
  { step: 'image.prep', status: 'skipped', description: 'Prepare the image' },
  finished('php.command', 'Run the build commands', composer()),
  finished('image.cleanup', 'Clean up the image'),
  finished('image.upload', 'Upload the image'),
];

const DEPLOY: readonly LogStep[] = [
  finished('prepare.env', 'Prepare the environment'),
  finished(
    'deploy.command',
    'Run the deploy commands',
    '\u001b[90m.\u001b[39m \u001b[32;1mDONE\u001b[39;22m',
  ),
  // Recorded: the log says so even of a cluster whose only process exits twice a second.
  finished('stack', 'Start the clusters', 'App cluster healthy, state: running, replicas: 1 ready'),
  finished('finalize', 'Finish the deployment'),
];

const NOTHING_YET: LogPart = { available: false, steps: [] };

/** Returns the logs of a deployment's steps, as far as its status implies them. */
export function logsOf({ script, failureReason }: CloudDeployment) {
  const status = script.current;
  const reason = failureReason ?? 'It failed.';
  const build = partOf(BUILD, status === 'build.failed' ? { step: 'php.command', reason } : undefined);
  if (status.startsWith('deployment.')) {
    const failed = status === 'deployment.failed' ? { step: 'deploy.command', reason } : undefined;
    return { build, deploy: partOf(DEPLOY, failed) };
  }
  return { build: status.startsWith('build.') ? build : NOTHING_YET, deploy: NOTHING_YET };
}

/** Returns all steps, or the steps up to the failed one. */
function partOf(steps: readonly LogStep[], failed: { step: string; reason: string } | undefined): LogPart {
  const place = steps.findIndex(({ step }) => step === failed?.step);
  const culprit = steps[place];
  if (failed === undefined || culprit === undefined) return { available: true, steps: [...steps] };
  const last = { ...culprit, status: 'failed', output: failed.reason };
  return { available: true, steps: [...steps.slice(0, place), last] };
}

function finished(step: string, description: string, output?: string): LogStep {
  const known = { step, status: 'finished', description, time: '00:00:04', duration_ms: 4_200 };
  return output === undefined ? known : { ...known, output };
}

/** Returns a progress bar that overwrites itself, as Composer prints it when it assumes a terminal. */
function composer(): string {
  const states = Array.from({ length: 40 }, (_, n) => ` ${n}/40 [${'='.repeat(n)}>${'-'.repeat(40 - n)}]`);
  return `\u001b[32mInstalling dependencies from lock file\u001b[39m\n${states.join('\r')}\n`;
}
