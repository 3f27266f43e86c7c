import { Failure, messageOf } from '../failure.ts';
import { type Clock, type Random, systemClock } from '../time/clock.ts';
import { type Html, html, lines } from './html.ts';
import { Inputs } from './inputs.ts';
import { Log } from './log.ts';
import { type Outputs, writeOutputs } from './outputs.ts';
import { Secrets } from './secrets.ts';
import { listenForStop } from './stop-signals.ts';
import { writeSummary } from './summary.ts';
import { readWorkflow, type Workflow } from './workflow.ts';

/** What one step of a workflow has to work with: the runner, and the world's clock and dice. */
export interface Step {
  readonly inputs: Inputs;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly workflow: Workflow;
  readonly environment: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly random: Random;
  readonly cancelled: AbortSignal;
  readonly cutOff: AbortSignal;
  /** Sets outputs; later values win over earlier ones. */
  output(outputs: Outputs): void;
  /** Adds a block to the summary, which is written when the step ends, well or not. */
  summarize(block: Html): void;
  /** Turns the summary off (`summary: false`). */
  withoutSummary(): void;
  /** Says what is known of a subject by now, for the case that the step fails after it; the last line about it counts. */
  did(subject: string, line: string): void;
}

const pleaseReport =
  'This is a defect of the action; please report it, with the log of a run with debug logging.';

/**
 * Runs an action's body as a step: one error annotation and exit code 1 if it fails, with what had been done by then.
 */
export async function runStep(title: string, body: (step: Step) => Promise<void>): Promise<void> {
  const secrets = new Secrets();
  const log = new Log(secrets);
  const stop = listenForStop();
  const blocks: Html[] = [];
  const done = new Map<string, string>();
  let summary = true;
  const unfinished = (): void => {
    process.exitCode = 1;
    log.error(`The step ended before its work was done. ${pleaseReport}`);
  };

  // Without anything left to wait for, Node.js would end the process, and call it a success.
  process.once('exit', unfinished);
  try {
    await body({
      inputs: new Inputs(),
      log,
      secrets,
      workflow: readWorkflow(process.env),
      environment: process.env,
      clock: systemClock,
      random: Math.random,
      cancelled: stop.cancelled,
      cutOff: stop.cutOff,
      output: (outputs) => writeOutputs(outputs, secrets, process.env),
      summarize: (block) => blocks.push(block),
      withoutSummary: () => {
        summary = false;
      },
      did: (subject, line) => done.set(subject, line),
    });
  } catch (error) {
    process.exitCode = 1;
    const message = withDone(explain(error, log), [...done.values()]);
    log.error(message);
    blocks.push(html`<p><strong>Failed.</strong></p><p>${lines(message)}</p>`);
  } finally {
    process.off('exit', unfinished);
    stop.release();
  }
  if (summary && blocks.length > 0) {
    writeSummary([html`<h3>${title}</h3>`, ...blocks], secrets, log, process.env);
  }
}

function explain(error: unknown, log: Log): string {
  if (error instanceof Failure) return error.message;
  if (error instanceof Error && error.stack !== undefined) log.debug(error.stack);
  return `An unexpected error: ${messageOf(error)}. ${pleaseReport}`;
}

function withDone(message: string, done: readonly string[]): string {
  if (done.length === 0) return message;
  return `${message}\nDone before that:\n${done.map((line) => `- ${line}`).join('\n')}`;
}
