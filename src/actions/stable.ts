import { asPrinted } from '../cloud/deployments.ts';
import type { Environment } from '../cloud/environment.ts';
import { describeExits, type Health, printedIn, type Watched } from '../cloud/environment-log.ts';
import { EnvironmentLog } from '../cloud/environment-log-reader.ts';
import { type Deployed, lookBack, type Observing, watch } from '../cloud/stability.ts';
import { Cancelled, Failure, messageOf } from '../failure.ts';
import { html } from '../runner/html.ts';
import type { Step } from '../runner/step.ts';
import { lastLines } from './report/logs.ts';
import { hintFor, restartingText, stableText } from './report/stable.ts';

/** What is to be proved: that processes run without exiting. */
export interface StabilityProof {
  readonly environment: Environment;
  readonly watched: readonly Watched[];
  /** Milliseconds. */
  readonly span: number;
  /** The deployment after which they are watched; undefined to look back, without waiting. */
  readonly deployed: Deployed | undefined;
  /** When the newest deployment succeeded, where it is known. */
  readonly deployedAt: number | undefined;
  readonly showLogs: boolean;
}

/** Watches or looks back, and sets `stable`. Throws a `Failure` when a process keeps exiting. */
export async function proveStable(step: Step, proof: StabilityProof, observing: Observing): Promise<void> {
  const { watched, span, deployed, deployedAt } = proof;
  step.doing('watching whether the background processes run');
  const healths =
    deployed === undefined
      ? await lookBack(watched, span, deployedAt, observing)
      : await watch(watched, span, deployed, observing);
  const restarting = healths.filter(({ status }) => status === 'restarting');
  const unknown = healths.filter(({ status }) => status === 'unknown');
  step.output({ stable: restarting.length > 0 ? 'false' : unknown.length > 0 ? 'unknown' : 'true' });
  for (const health of healths) warnOf(step, health);
  if (restarting.length > 0) {
    step.summarize(restartingText(restarting));
    if (proof.showLogs) await showPrinted(step, proof, restarting, observing);
    throw notStable(restarting, proof.showLogs);
  }
  if (unknown.length > 0) return;
  const seconds = Math.round(span / 1000);
  step.log.info(`Stable: nothing exited more than once in ${seconds} s`);
  step.summarize(stableText(seconds, deployed === undefined));
}

function warnOf(step: Step, health: Health): void {
  const { process, status, exits, why } = health;
  const name = `${process.command ?? process.id} on ${process.cluster ?? 'its cluster'}`;
  if (status === 'unknown') step.warn(`Whether ${name} runs is not known: ${why}.`);
  if (status === 'up' && exits.some(({ code }) => code !== 0))
    step.warn(`${describeExits(health)}. It was started again.`);
}

function notStable(restarting: readonly Health[], showLogs: boolean): Failure {
  const [first] = restarting;
  const more = restarting.length > 1 ? ` and ${restarting.length - 1} more` : '';
  const hints = [...new Set(restarting.map(hintFor))].join('. ');
  const logs = showLogs
    ? 'The summary has what was printed last'
    : 'Read in the log of the environment what it printed before, or set show-logs: true';
  return new Failure({
    headline: `${first?.process.command} on ${first?.process.cluster}${more} keeps exiting`,
    what: 'The background processes do not stay up',
    why:
      restarting.length === 1
        ? `${describeExits(restarting[0] as Health)}`
        : `\n${restarting.map((one) => `- ${describeExits(one)}`).join('\n')}\n`,
    fix: `${hints}. ${logs}`,
  });
}

/** What applications have printed before the last exit. Not being able to show it is no failure of its own. */
async function showPrinted(
  step: Step,
  { environment }: StabilityProof,
  restarting: readonly Health[],
  { client, environmentId }: Observing,
): Promise<void> {
  const last = Math.max(...restarting.flatMap(({ exits }) => exits.map(({ at }) => at)));
  try {
    const log = new EnvironmentLog(client, environmentId);
    const lines = printedIn(await log.readAll({ from: last - 30_000, to: last + 2_000 }));
    const text = environment.redact(asPrinted(lines.slice(-shownLines).join('\n')));
    step.summarize(lastLines(step, html`What background processes printed last`, text));
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    step.log.warning(`What was printed before the exit cannot be shown. ${messageOf(error)}`);
  }
}

const shownLines = 20;
