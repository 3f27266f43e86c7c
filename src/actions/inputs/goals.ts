import type { Inputs } from '../../runner/inputs.ts';

/** The goals of a rollout: the work of a step after it has reconciled the processes. */
export interface RolloutGoals {
  readonly redeploy: boolean;
  /** Milliseconds for deployments: to wait for a running one, and to follow the new one. */
  readonly waitTimeout: number;
  /** The commit whose deployment the step waits for first. */
  readonly commit: string | undefined;
  readonly verification: Verification | undefined;
  /** Milliseconds for which the processes must run without exiting; 0: no proof. */
  readonly stableFor: number;
  /** Undefined for an action without the input `show-logs`. */
  readonly showLogs: boolean | undefined;
}

/** Reads the inputs of `readDeployGoals`, and those about a commit, proofs and logs. */
export function readGoals(inputs: Inputs): RolloutGoals {
  return {
    ...readDeployGoals(inputs),
    commit: readCommit(inputs),
    verification: readVerification(inputs),
    stableFor: readStableFor(inputs),
    showLogs: inputs.flag('show-logs', false),
  };
}

/** Reads `redeploy` and `wait-timeout`, for an action without proofs. */
export function readDeployGoals(inputs: Inputs): RolloutGoals {
  return {
    redeploy: inputs.flag('redeploy', false),
    waitTimeout: inputs.seconds('wait-timeout', { min: 1, max: 86_400 }, 900),
    commit: undefined,
    verification: undefined,
    stableFor: 0,
    showLogs: undefined,
  };
}

function readCommit(inputs: Inputs): string | undefined {
  const commit = inputs.text('wait-for-commit');
  if (commit !== undefined && !/^[\da-f]{7,64}$/i.test(commit))
    inputs.problem(
      'wait-for-commit',
      'must be the SHA of a commit, such as github.sha: 7 to 64 hexadecimal digits',
    );
  return commit;
}

/** Reads `stable-for`, in milliseconds; 0: no proof. */
export function readStableFor(inputs: Inputs): number {
  return inputs.seconds('stable-for', { min: 0, max: 3_600 }, 0);
}

/** The command of `verify-command`, which proves in the environment that its processes work. */
export interface Verification {
  readonly command: string;
  /** Milliseconds from the start of the command to its end. */
  readonly timeout: number;
}

/** The most characters of a command. Source: Laravel Cloud's OpenAPI description. */
const longestCommand = 150_000;

function readVerification(inputs: Inputs): Verification | undefined {
  const command = inputs.text('verify-command');
  const timeout = inputs.seconds('verify-timeout', { min: 1, max: 86_400 }, 300);
  if (command === undefined) return undefined;
  if (command.length > longestCommand)
    inputs.problem('verify-command', `must have ${longestCommand} characters at most`);
  return { command, timeout };
}
