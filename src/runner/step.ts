import type { Socket } from 'node:net';
import { setOutput } from '@actions/core';
import { Cancelled, Failure, messageOf } from '../failure.ts';
import { type Clock, type Random, systemClock } from '../time.ts';
import { type Html, html } from './html.ts';
import { Inputs } from './inputs.ts';
import { Log } from './log.ts';
import { Secrets } from './secrets.ts';
import { listenForStop } from './signals.ts';
import { headline, reasons, writeSummary } from './summary.ts';
import { readWorkflow, type Workflow } from './workflow.ts';

/** A connection to an API that was begun before the step's code was loaded. */
export interface BegunConnection {
  readonly origin: string;
  readonly socket: Socket;
}

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
  readonly connection: BegunConnection | undefined;
  /** Sets outputs; later values win over earlier ones. */
  output(outputs: Outputs): void;
  /** Adds a block to the summary, which is written when the step ends, well or not. */
  summarize(block: Html): void;
  /** Turns the summary off (`summary: false`). */
  withoutSummary(): void;
  /** Says what the step does from now on, as it reads after "Cancelled while": `looking for the environment "main"`. */
  doing(activity: string): void;
  /** Says what is known of a subject by now, for the case that the step fails after it; the last line about it counts. */
  did(subject: string, line: string): void;
  /** Has a task run when the step ends, well or not; it is told why the step failed. */
  atEnd(task: (failure: string | undefined) => Promise<void>): void;
}

const pleaseReport =
  'This is a defect of the action; please report it, with the log of a run with debug logging.';

/** Runs an action's body as a step: if it fails, it says why, with what had been done by then, and exits with 1. */
export async function runStep(
  title: string,
  body: (step: Step) => Promise<void>,
  connection?: BegunConnection,
): Promise<void> {
  const secrets = new Secrets();
  const log = new Log(secrets, process.env['GITHUB_WORKSPACE'] || process.cwd());
  const stop = listenForStop();
  const blocks: Html[] = [];
  const done = new Map<string, string>();
  const tasks: ((failure: string | undefined) => Promise<void>)[] = [];
  let summary = true;
  let activity = 'starting';
  let failure: string | undefined;
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
      summarize: (block) => blocks.push(block),
      withoutSummary: () => {
        summary = false;
      },
      doing: (now) => {
        activity = now;
      },
      did: (subject, line) => done.set(subject, line),
      atEnd: (task) => tasks.push(task),
    });
  } catch (error) {
    process.exitCode = 1;
    const explained = explain(error, {
      log,
      activity,
      isStopped: stop.cancelled.aborted,
      done: [...done.values()],
    });
    failure = explained.message;
    for (const { message, place } of explained.annotations) log.error(message, title, place);
    blocks.unshift(headline('failed', html`${title}: failed`), reasons(failure));
  }
  for (const task of tasks) await task(failure);
  if (summary && blocks.length > 0) await writeSummary(blocks, secrets, log);
  // Whether it was of use or not: the process could not end before it.
  connection?.socket.destroy();
  stop.release();
  process.off('exit', unfinished);
}

/** A failure as it is told: the whole message, and how the log and the annotations part it. */
type Told = Pick<Failure, 'message' | 'annotations'>;

interface Known {
  readonly log: Log;
  readonly activity: string;
  /** The step was told to stop: whatever went wrong after that did so for that reason. */
  readonly isStopped: boolean;
  /** What had been done when it failed. */
  readonly done: readonly string[];
}

function explain(error: unknown, { log, activity, isStopped, done }: Known): Told {
  if (error instanceof Cancelled) return told(cancelledWhile(activity, error, done));
  if (error instanceof Failure && isStopped) {
    return told(withDone(`Cancelled while ${activity}. ${error.message}`, done));
  }
  if (error instanceof Failure) return done.length === 0 ? error : told(withDone(error.message, done));
  if (error instanceof Error && error.stack !== undefined) log.debug(error.stack);
  return told(withDone(`An unexpected error: ${messageOf(error)}. ${pleaseReport}`, done));
}

function cancelledWhile(activity: string, error: Cancelled, done: readonly string[]): string {
  const head = `Cancelled while ${activity}.`;
  if (error.mayHaveActed) return withDone(`${head} ${error.message}`, done);
  return done.length === 0 ? `${head} Nothing was changed.` : withDone(head, done);
}

function withDone(message: string, done: readonly string[]): string {
  if (done.length === 0) return message;
  return `${message}\nDone before that:\n${done.map((line) => `- ${line}`).join('\n')}`;
}

function told(message: string): Told {
  return { message, annotations: [{ message }] };
}

/** The step's outputs by name. */
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
