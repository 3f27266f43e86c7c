/** The course of a command, with one status for each read, and its result. */
export interface CommandOutcome {
  statuses: string[];
  /** The output that a read shows after the end. */
  output: string | null;
  exitCode: 0 | 1;
  failureReason: string | null;
}

export const TERMINAL_COMMAND = new Set(['command.success', 'command.failure']);

const UNDER_WAY = ['pending', 'command.created', 'command.running'];

export function succeeds(output: string | null = null): CommandOutcome {
  const statuses = [...UNDER_WAY, 'command.success'];
  return { statuses, output, exitCode: 0, failureReason: null };
}

export function fails(output: string | null = null, failureReason: string | null = null): CommandOutcome {
  const statuses = [...UNDER_WAY, 'command.failure'];
  return { statuses, output, exitCode: 1, failureReason };
}
