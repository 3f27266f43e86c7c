import { type Command, hasSucceeded, runCommand } from '../cloud/commands.ts';
import type { Following } from '../cloud/following.ts';
import { Cancelled, Failure } from '../failure.ts';
import type { HttpClient } from '../http/client.ts';
import { code, html } from '../runner/html.ts';
import type { Inputs } from '../runner/inputs.ts';
import type { Step } from '../runner/step.ts';
import { waitingFor } from '../time.ts';
import { type Connection, workDeadline } from './inputs/connection.ts';
import { lastLines } from './report/logs.ts';

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

/** Says that nothing was verified, and why: what is not live yet proves nothing. */
export function skipVerification(step: Step, kind: 'changed' | 'planned'): void {
  step.output({ verified: 'skipped' });
  const why = kind === 'planned' ? 'this is a dry run' : 'the change is not live before the next deploy';
  step.log.notice(`verify-command was skipped, since ${why}.`);
  step.summarize(html`<p>Not verified, since ${why}.</p>`);
}

interface Verifying {
  readonly step: Step;
  readonly client: HttpClient;
  readonly connection: Connection;
  readonly goingLive: { readonly showLogs: boolean };
  readonly verification: Verification;
  readonly environmentId: string;
}

/** Runs the command and sets `verified`. Throws a `Failure` unless it has ended well in time. */
export async function verify(verifying: Verifying): Promise<void> {
  const { step, client, connection, goingLive, verification, environmentId } = verifying;
  const patient = client.within(workDeadline(step, connection, verification.timeout));
  step.doing('running the verify command');
  step.log.info(`Verifying with: ${verification.command}`);
  try {
    const watch = following(step, 'verification', verification.timeout);
    const ended = await runCommand(patient, environmentId, verification.command, watch);
    if (goingLive.showLogs) {
      const title = html`Output of ${code(verification.command)}, its last lines`;
      step.summarize(lastLines(step, title, ended.output ?? ''));
    }
    if (!hasSucceeded(ended)) throw failed(ended, goingLive.showLogs);
  } catch (error) {
    if (!(error instanceof Cancelled)) step.output({ verified: 'false' });
    throw error;
  }
  step.output({ verified: 'true' });
  step.log.info('Verified: the command has succeeded');
  step.summarize(html`<p>✅ Verified: ${code(verification.command)} has succeeded.</p>`);
}

function failed({ id, status, exitCode, failureReason }: Command, showLogs: boolean): Failure {
  const exit = exitCode === undefined ? '' : ` with exit code ${exitCode}`;
  const reason = failureReason === undefined ? '' : `: ${failureReason}`;
  return new Failure({
    what: `The verify command (${id})`,
    why: `it ended as ${status}${exit}${reason}. The processes are as declared, but this did not prove that they work`,
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
    did: (line) => step.did(subject, line),
  };
}
