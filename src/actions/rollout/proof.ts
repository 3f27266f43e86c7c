import { asPrinted } from '../../cloud/deployments.ts';
import { type Environment, whyAsleep } from '../../cloud/environment.ts';
import {
  describeExits,
  type Health,
  printedIn,
  type WatchedProcess,
  watchedName,
} from '../../cloud/environment-log.ts';
import { EnvironmentLog } from '../../cloud/environment-log-reader.ts';
import { type LogContext, lookBack, watch } from '../../cloud/stability.ts';
import { type Command, commandSucceeded, runCommand, StillGoing } from '../../cloud/started-work.ts';
import { Cancelled, Failure, messageOf, stated } from '../../failure.ts';
import { HttpFailure } from '../../http/failure.ts';
import { code, html } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import { firstOf, oneOrList, shorten } from '../../text.ts';
import { inSeconds } from '../../time.ts';
import type { Verification } from '../inputs/goals.ts';
import { lastLines } from '../report/cloud.ts';
import type { Session } from '../session.ts';
import { following, type RolloutContext, readAgain } from './context.ts';
import type { LiveState } from './go-live.ts';

/** The proof that processes run without exiting. With `deployed`, it watches them; without, it looks back. */
interface StabilityProof extends Pick<LiveState, 'deployed' | 'deployments' | 'now'> {
  readonly environment: Environment;
  readonly watched: readonly WatchedProcess[];
  /** Milliseconds for which the processes must run without exiting. */
  readonly span: number;
  readonly showLogs: boolean;
}

/** Reads the environment's log, and sets `stable`. Throws a `Failure` if a process keeps exiting. */
export async function proveStable(session: Session, proof: StabilityProof): Promise<void> {
  const { step } = session;
  const { environment, watched, span, deployed, deployments, now } = proof;
  const observing = observe(session, environment, now);
  step.doing('watching whether the background processes run');
  const healths =
    deployed === undefined
      ? await lookBack(watched, span, deployments, observing)
      : await watch(watched, span, deployed, observing);
  const restarting = healths.filter(({ status }) => status === 'restarting');
  const unknown = healths.filter(({ status }) => status === 'unknown');
  step.output({ stable: restarting.length > 0 ? 'false' : unknown.length > 0 ? 'unknown' : 'true' });
  warnOfHealths(
    step,
    healths.filter((health) => !restarting.includes(health)),
  );
  if (restarting.length > 0) {
    if (proof.showLogs) await showPrinted(step, proof, restarting, observing);
    throw keepsExiting(restarting, proof.showLogs);
  }
  if (unknown.length > 0) return;
  const seconds = Math.round(span / 1000);
  const when = deployed === undefined ? `in the last ${seconds} s` : `for ${seconds} s after the deployment`;
  const text = `no process kept exiting ${when}`;
  step.log.info(`Stable: ${text}`);
  step.summarize(html`<p><strong>Stable:</strong> ${text}.</p>`);
}

/** Returns the context for reading an environment's log. */
export function observe(session: Session, { id }: Environment, now: () => number): LogContext {
  const { step, shared } = session;
  return {
    ...{ ...step, environmentId: id, now },
    // The wait for the turn may take longer than the limit for a part of the step.
    inTurn: async (ask) =>
      await shared.logTurns.run(async () => await ask(session.within().client), step.cancelled),
    log: (line) => step.log.info(line),
  };
}

/** Warns of unknown statuses, once for each reason, and of exits that are no planned end. */
export function warnOfHealths(step: Step, healths: readonly Health[]): void {
  const unknown = healths.filter(({ status }) => status === 'unknown');
  for (const [why, alike] of Map.groupBy(unknown, (health) => health.why)) {
    const names = alike.map(({ process }) => watchedName(process));
    step.warn(`Whether ${firstOf(names, 10)} ${names.length === 1 ? 'runs' : 'run'} is not known: ${why}.`);
  }
  for (const health of healths)
    if (health.status === 'restarting' || health.exits.some(({ code }) => code !== 0))
      step.warn(`${describeExits(health)}.${health.isBack ? ' It was started again.' : ''}`);
}

function keepsExiting(restarting: readonly Health[], showLogs: boolean): Failure {
  const [first, ...others] = restarting;
  const what =
    others.length === 0 && first !== undefined
      ? watchedName(first.process)
      : `${restarting.length} background processes`;
  const lines = restarting.map((health) => `${describeExits(health)}. ${exitHint(health)}.`);
  return new Failure({
    headline: `${what} ${others.length === 0 ? 'does' : 'do'} not stay up`,
    what: 'The background processes do not stay up',
    why: oneOrList(lines),
    fix: showLogs
      ? 'The summary shows its last output'
      : 'The environment’s log shows its output; so does the summary with show-logs: true',
  });
}

/** The meanings of exit codes, except those that only mean "the command failed". */
const meanings: ReadonlyMap<number | undefined, string> = new Map([
  [0, 'Code 0: it ends by itself, and a background process must keep running'],
  [126, 'Code 126: the command cannot be executed'],
  [127, 'Code 127: the command was not found'],
  [137, 'Code 137: it was killed, most often because memory ran out'],
  [139, 'Code 139: PHP or an extension crashed'],
  [143, 'Code 143: something stopped it'],
  [255, 'Code 255: PHP ended with a fatal error'],
]);

/** Returns the most likely reason for the exits, as a sentence without its full stop. */
function exitHint({ exits }: Health): string {
  const last = exits.at(-1)?.code;
  return (
    meanings.get(last) ??
    'The command fails: check that it exists in this release, and what it connects to (Redis, a database)'
  );
}

/** Shows the application's output before the last exit. Only warns if the output cannot be read. */
async function showPrinted(
  step: Step,
  { environment }: StabilityProof,
  restarting: readonly Health[],
  observing: LogContext,
): Promise<void> {
  const last = Math.max(...restarting.flatMap(({ exits }) => exits.map(({ at }) => at)));
  try {
    const log = new EnvironmentLog(observing);
    const printed = printedIn(await log.readAll({ from: last - 30_000, to: last + 2_000 }));
    const lines = environment.redact(asPrinted(printed.join('\n'))).split('\n');
    // A process that keeps exiting repeats its output.
    const text = [...new Set(lines)].slice(-shownLines).join('\n');
    step.summarize(lastLines(step, html`Last output of the background processes`, text));
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    step.log.warning(`The output before the exit cannot be shown. ${messageOf(error)}`);
  }
}

const shownLines = 20;

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
    if (error instanceof StillGoing) {
      step.did('verification', undefined);
      step.output({ verified: 'false' });
      throw tooLong(verification, error);
    }
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

function tooLong({ command, timeout }: Verification, { what, why, fix }: StillGoing): Failure {
  const headline = `Verification failed: ${JSON.stringify(shorten(command, 80))} has not ended after ${inSeconds(timeout)}`;
  return new Failure({ ...{ what, why, fix }, headline, details: stated(what, why) });
}

function isRefusal({ status = 0 }: HttpFailure): boolean {
  return status >= 400 && status < 500;
}

function verificationFailed(
  { command }: Verification,
  { status, exitCode, failureReason }: Command,
  showLogs: boolean | undefined,
): Failure {
  const name = JSON.stringify(shorten(command, 80));
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
      ? 'The summary shows the last lines of its output'
      : 'Look at the output of the command in Laravel Cloud, or set show-logs: true to see its last lines in the summary',
  });
}
