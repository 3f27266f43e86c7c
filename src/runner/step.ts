import { readFileSync } from 'node:fs';
import { setOutput } from '@actions/core';
import * as v from 'valibot';
import type { EarlyConnection } from '../early-connection.ts';
import { Failure, type Location, locationText, messageOf } from '../failure.ts';
import { type Clock, type Random, systemClock } from '../time.ts';
import {
  type Checkpoint,
  type Ending,
  type ExplainedFailure,
  explain,
  listenForStop,
  pleaseReport,
} from './ending.ts';
import type { Html } from './html.ts';
import { Inputs } from './inputs.ts';
import { Log } from './log.ts';
import { Secrets } from './secrets.ts';
import { type Block, type Mark, Report, writeSummary } from './summary.ts';

/** The runtime of a step: access to the runner, a clock and random numbers. */
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
  /** A connection that was opened early, for the first request to the API. */
  readonly connection: EarlyConnection | undefined;
  /** Sets outputs; later values win over earlier ones. */
  output(outputs: Outputs): void;
  /** Sets the summary's headline; the last call counts. After a failure, it stands below in bold. */
  headline(mark: Mark, text: Html): void;
  /** Adds a block to the summary. The step writes the summary when it ends, also when it fails. */
  summarize(block: Block): void;
  /** Adds an id to the last line of the summary: `process process-1 · deployment depl-1`. */
  identify(what: string, id: string | undefined): void;
  /** Warns by an annotation, and by a line below the headline of the summary and the comment. */
  warn(message: string, place?: Location): void;
  /** The warnings so far. */
  readonly warnings: readonly string[];
  /** Turns the summary off (`summary: false`). */
  withoutSummary(): void;
  /** Sets the current activity, in words that follow "Cancelled while": `looking for the environment "main"`. */
  doing(activity: string): void;
  /**
   * Records a fact about a subject for the report of a failing step: finished work; with `going`, work that goes on
   * without the step; with `unknown`, an open question: `whether ...`. The last line of each subject counts; undefined
   * removes the fact.
   */
  did(subject: string, line: string | undefined, kind?: 'going' | 'unknown'): void;
  /** Adds a task for the end of the step, also after a failure. */
  atEnd(task: (failure: Ending | undefined) => Promise<void>): void;
}

/** Runs an action's body as a step. If the body fails, reports the error and all finished work, and exits with 1. */
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

  // If a promise never settles and nothing else is pending, Node.js ends the process with success.
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
      headline: (mark, text) => {
        report.headline(mark, text);
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

/** Writes outputs, with secrets redacted: an API may echo a secret. */
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

const PullRequestEvent = v.object({
  pull_request: v.object({
    number: v.number(),
    head: v.object({
      sha: v.optional(v.string()),
      repo: v.nullish(v.object({ full_name: v.string() })),
    }),
    base: v.object({ repo: v.object({ full_name: v.string() }) }),
  }),
});

interface PullRequest {
  readonly number: number;
  /** True for a pull request from another repository. Its workflows get no secrets. */
  readonly fromFork: boolean;
  /** The commit to be merged. The run itself works on a merge of this commit into the base branch. */
  readonly head: string | undefined;
}

export interface Workflow {
  /** The repository as `owner/name`; undefined outside a runner. */
  readonly repository: string | undefined;
  readonly headBranch: string | undefined;
  /** The user who started the run. Runs of `dependabot[bot]` get no secrets either. */
  readonly actor: string | undefined;
  readonly pullRequest: PullRequest | undefined;
  readonly run: { readonly id: string; readonly url: string } | undefined;
  /** The commit of the run: the head of a pull request, else `GITHUB_SHA`. */
  readonly commit: { readonly sha: string; readonly url: string } | undefined;
}

function readWorkflow(environment: NodeJS.ProcessEnv): Workflow {
  const repository = environment['GITHUB_REPOSITORY'] || undefined;
  const pullRequest = readPullRequest(environment['GITHUB_EVENT_PATH']);
  const home = `${environment['GITHUB_SERVER_URL'] || 'https://github.com'}/${repository}`;
  const id = environment['GITHUB_RUN_ID'];
  const sha = pullRequest?.head ?? environment['GITHUB_SHA'];
  return {
    repository,
    headBranch: environment['GITHUB_HEAD_REF'] || undefined,
    actor: environment['GITHUB_ACTOR'] || undefined,
    pullRequest,
    run: repository !== undefined && id ? { id, url: `${home}/actions/runs/${id}` } : undefined,
    commit: repository !== undefined && sha ? { sha, url: `${home}/commit/${sha}` } : undefined,
  };
}

function readPullRequest(path: string | undefined): PullRequest | undefined {
  if (!path) return undefined;
  let event: unknown;
  try {
    event = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(PullRequestEvent, event);
  if (!parsed.success) return undefined;
  const { number, head, base } = parsed.output.pull_request;
  // A deleted fork leaves a null repository behind.
  return { number, fromFork: head.repo?.full_name !== base.repo.full_name, head: head.sha };
}
