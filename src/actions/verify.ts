import { type Command, hasSucceeded, runCommand } from '../cloud/commands.ts';
import { asPrinted } from '../cloud/deployments.ts';
import type { Environment } from '../cloud/environment.ts';
import type { Following } from '../cloud/following.ts';
import { Cancelled, Failure } from '../failure.ts';
import { code, html } from '../runner/html.ts';
import type { Inputs } from '../runner/inputs.ts';
import type { Step } from '../runner/step.ts';
import { shorten } from '../text.ts';
import { waitingFor } from '../time.ts';
import { lastLines } from './report/logs.ts';
import { idLine } from './report/process.ts';
import type { Session } from './session.ts';

/** A command that the environment runs to prove that what is declared works. */
export interface Verification {
  readonly command: string;
  /** Milliseconds from asking for it to its end. */
  readonly timeout: number;
}

/** Source: the command request of Laravel Cloud's OpenAPI description. */
const longestCommand = 150_000;

/** Reads `verify-command` and `verify-timeout`. */
export function readVerification(inputs: Inputs): Verification | undefined {
  const command = inputs.text('verify-command');
  const timeout = inputs.seconds('verify-timeout', { min: 1, max: 86_400 }, 300);
  if (command === undefined) return undefined;
  if (command.length > longestCommand)
    inputs.problem('verify-command', `must have ${longestCommand} characters at most`);
  return { command, timeout };
}

interface Verifying {
  readonly session: Session;
  readonly goingLive: { readonly showLogs: boolean };
  readonly verification: Verification;
  readonly environment: Environment;
}

/** Runs the command and sets `verified`. Throws a `Failure` unless it has ended well in time. */
export async function verify(verifying: Verifying): Promise<void> {
  const { session, goingLive, verification, environment } = verifying;
  const { step } = session;
  const { client } = session.within(verification.timeout);
  step.doing('running the verify command');
  step.log.info(`Verifying with: ${verification.command}`);
  try {
    const watch = following(step, 'verification', verification.timeout);
    const ended = await runCommand(client, environment.id, verification.command, watch);
    if (goingLive.showLogs) {
      const title = html`Output of ${code(verification.command)}, its last lines`;
      step.summarize(lastLines(step, title, environment.redact(asPrinted(ended.output ?? ''))));
    }
    if (!hasSucceeded(ended)) {
      step.summarize(idLine([['command', ended.id]]));
      throw failed(verification, ended, goingLive.showLogs);
    }
  } catch (error) {
    if (!(error instanceof Cancelled)) step.output({ verified: 'false' });
    throw error;
  }
  step.output({ verified: 'true' });
  step.log.info('Verified: the command has succeeded');
  step.summarize(html`<p><strong>Verified:</strong> ${code(verification.command)} has succeeded.</p>`);
}

function failed(
  { command }: Verification,
  { status, exitCode, failureReason }: Command,
  showLogs: boolean,
): Failure {
  const name = `"${shorten(command, 80)}"`;
  const exit = exitCode === undefined ? '' : `exit code ${exitCode}`;
  const ended = exit === '' ? `ended as ${status}` : `failed with ${exit}`;
  const isNews = failureReason !== undefined && (exit === '' || !failureReason.includes(exit));
  return new Failure({
    headline: `Verification failed: ${name}${exit === '' ? '' : ` (${exit})`}`,
    what: 'Verification failed',
    why: `${name} ${ended}${isNews ? `: ${failureReason}` : ''}. The processes are as declared`,
    fix: showLogs
      ? 'Its last lines are in the summary'
      : 'Look at its output in Laravel Cloud, or set show-logs: true to see its last lines in the summary',
  });
}

/** What a step waits for in Laravel Cloud, until `span` milliseconds have passed. */
export function following(step: Step, subject: string, span: number): Following {
  return {
    ...waitingFor(step, span),
    log: (line) => step.log.info(line),
    did: (line, kind) => step.did(subject, line, kind),
  };
}
