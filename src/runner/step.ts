import { setOutput } from '@actions/core';
import type { EarlyConnection } from '../early-connection.ts';
import { Failure, type Location, locationText, messageOf } from '../failure.ts';
import { type Clock, type Random, systemClock } from '../time.ts';
import { type Checkpoint, type Ending, type ExplainedFailure, explain, pleaseReport } from './ending.ts';
import type { Html } from './html.ts';
import { Inputs } from './inputs.ts';
import { Log } from './log.ts';
import { Secrets } from './secrets.ts';
import { listenForStop } from './signals.ts';
import { type Block, type Mark, Report, writeSummary } from './summary.ts';
import { readWorkflow, type Workflow } from './workflow.ts';

/** What one step of a workflow has to work with: the runner, a clock and random numbers. */
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
  /** For the first request to the API. */
  readonly connection: EarlyConnection | undefined;
  /** Sets outputs; later values win over earlier ones. */
  output(outputs: Outputs): void;
  /** Says what has happened, as the summary's one headline; the last one counts. Below the headline of a failure it is bold text. */
  headline(mark: Mark, text: Html, lead?: Html): void;
  /** Adds a block to the summary, which is written when the step ends, well or not. */
  summarize(block: Block): void;
  /** Adds an id to the last line of the summary: `process process-1 · deployment depl-1`. */
  identify(what: string, id: string | undefined): void;
  /** Warns where people look: an annotation, and a line below the headline of the summary and of the comment. */
  warn(message: string, place?: Location): void;
  /** What has been warned of so far. */
  readonly warnings: readonly string[];
  /** Turns the summary off (`summary: false`). */
  withoutSummary(): void;
  /** Says what the step does from now on, as it reads after "Cancelled while": `looking for the environment "main"`. */
  doing(activity: string): void;
  /**
   * Records what has been done to a subject, what goes on without the step or, with `unknown`, what nobody knows: `whether ...`. A failing step reports
   * the last line of each. Undefined once it is over. A headline that comes after it shows it in the summary.
   */
  did(subject: string, line: string | undefined, kind?: 'going' | 'unknown'): void;
  /** Has a task run when the step ends, well or not. */
  atEnd(task: (failure: Ending | undefined) => Promise<void>): void;
}

/** Runs an action's body as a step: if it fails, it says why, with what had been done by then, and exits with 1. */
export async function runStep(
  title: string,
  body: (step: Step) => Promise<void>,
  connection?: EarlyConnection,
): Promise<void> {
  const secrets = new Secrets();
  const log = new Log(secrets, process.env['GITHUB_WORKSPACE'] || process.cwd());
  const stop = listenForStop();
  const report = new Report();
  const done = new Map<string, Checkpoint>();
  const tasks: ((failure: Ending | undefined) => Promise<void>)[] = [];
  let summary = true;
  let activity = 'starting';
  let failure: ExplainedFailure | undefined;
  const unfinished = (): void => {
    process.exitCode = 1;
    log.error(`The step ended before its work was done. ${pleaseReport}`, title);
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
      connection,
      output: (outputs) => writeOutputs(outputs, secrets),
      headline: (mark, text, lead) => {
        report.headline(mark, text, lead);
        for (const [subject, known] of done) done.set(subject, { ...known, isShown: known.kind === 'done' });
      },
      summarize: (block) => report.add(block),
      identify: (what, id) => report.identify(what, id),
      warn: (message, place) => {
        log.warning(message, place);
        report.warnings.push(
          secrets.redact(place === undefined ? message : `${locationText(place)}: ${message}`),
        );
      },
      warnings: report.warnings,
      withoutSummary: () => {
        summary = false;
      },
      doing: (now) => {
        activity = now;
      },
      did: (subject, line, kind) => {
        if (line === undefined) done.delete(subject);
        else done.set(subject, { line, kind: kind ?? 'done', isShown: false });
      },
      atEnd: (task) => tasks.push(task),
    });
  } catch (error) {
    process.exitCode = 1;
    if (!(error instanceof Failure) && error instanceof Error && error.stack !== undefined)
      log.debug(error.stack);
    const isStopped = stop.cancelled.aborted;
    failure = explain(error, { secrets, activity, isStopped, done: [...done.values()] });
    for (const { message, place } of failure.annotations) log.error(message, title, place);
  }
  for (const task of tasks) await task(failure);
  if (summary) writeSummary(process.env['GITHUB_STEP_SUMMARY'], report.blocks(failure), secrets, log);
  // Close the early connection, used or not: it would keep Node.js alive.
  connection?.socket.destroy();
  stop.release();
  process.off('exit', unfinished);
}

export type Outputs = Readonly<Record<string, string>>;

/** Writes outputs. A secret that an API echoed is redacted. */
export function writeOutputs(outputs: Outputs, secrets: Secrets): void {
  for (const [name, value] of Object.entries(outputs)) {
    try {
      setOutput(name, secrets.redact(value));
    } catch (error) {
      throw new Failure({
        what: `The output ${name}`,
        why: `it could not be written to the file that GITHUB_OUTPUT names (${messageOf(error)})`,
        fix: 'Check the disk of the runner, and the rights to write to it',
      });
    }
  }
}
