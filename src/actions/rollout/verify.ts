import { type Command, commandSucceeded, runCommand } from '../../cloud/commands.ts';
import { asPrinted } from '../../cloud/deployment-log.ts';
import { type Environment, whyAsleep } from '../../cloud/environment.ts';
import { StillGoing } from '../../cloud/started-work.ts';
import { Cancelled, Failure } from '../../failure.ts';
import { HttpFailure } from '../../http/failure.ts';
import { code, html } from '../../runner/html.ts';
import { shorten } from '../../text.ts';
import type { Verification } from '../inputs/goals.ts';
import { lastLines } from '../report/environment.ts';
import { following, type RolloutContext, readAgain } from './context.ts';

/**
 * Runs the command and sets `verified`. Throws a `Failure` unless the command succeeds in time. Returns a reason if
 * Laravel Cloud refuses the command because the environment has fallen asleep.
 */
export async function verify(
  { session, goals: { showLogs } }: RolloutContext,
  verification: Verification,
  environment: Environment,
): Promise<string | undefined> {
  const { step } = session;
  const { client } = session.within(verification.timeout);
  step.doing('running the verify command');
  step.log.info(`Verifying with: ${verification.command}`);
  try {
    const watch = following(session, 'verification', verification.timeout);
    const ended = await runCommand(client, environment.id, verification.command, watch);
    step.did('verification', undefined);
    if (showLogs) {
      const title = html`Output of ${code(verification.command)}, its last lines`;
      step.summarize(lastLines(step, title, environment.redact(asPrinted(ended.output ?? ''))));
    }
    if (!commandSucceeded(ended)) {
      step.identify('command', ended.id);
      throw verificationFailed(verification, ended, showLogs);
    }
  } catch (error) {
    if (error instanceof StillGoing) step.did('verification', undefined);
    // No documentation says with which status Laravel Cloud refuses a command in an environment that sleeps.
    if (error instanceof HttpFailure && isRefusal(error)) {
      const asleep = whyAsleep(await readAgain(session, environment));
      if (asleep !== undefined) return asleep;
    }
    if (!(error instanceof Cancelled)) step.output({ verified: 'false' });
    throw error;
  }
  step.output({ verified: 'true' });
  step.log.info('Verified: the command has succeeded');
  step.summarize(html`<p><strong>Verified:</strong> ${code(verification.command)} has succeeded.</p>`);
  return undefined;
}

function isRefusal({ status = 0 }: HttpFailure): boolean {
  return status >= 400 && status < 500;
}

function verificationFailed(
  { command }: Verification,
  { status, exitCode, failureReason }: Command,
  showLogs: boolean | undefined,
): Failure {
  const name = `"${shorten(command, 80)}"`;
  // Under an unknown status, a command may have ended with 0.
  const exit = exitCode === undefined || exitCode === 0 ? '' : `exit code ${exitCode}`;
  const ended = exit === '' ? `ended as ${status}` : `failed with ${exit}`;
  const isNews =
    failureReason !== undefined &&
    (exit === '' || !(failureReason.includes(exit) || exit.includes(failureReason)));
  return new Failure({
    headline: `Verification failed: ${name}${exit === '' ? '' : ` (${exit})`}`,
    what: 'Verification failed',
    details: `${isNews ? `${failureReason}. ` : ''}The processes are as declared`,
    why: `${name} ${ended}${isNews ? `: ${failureReason}` : ''}. The processes are as declared`,
    fix: showLogs
      ? 'Its last lines are in the summary'
      : 'Look at the output of the command in Laravel Cloud, or set show-logs: true to see its last lines in the summary',
  });
}
