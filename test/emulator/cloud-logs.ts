import { type Answer, plainJson } from './answer.ts';
import type { CloudDeployment, CloudEnvironment, ExistingProcess } from './cloud-records.ts';
import { commandOf } from './cloud-resources.ts';
import type { CloudState } from './cloud-state.ts';
import { type ProcessLife, RESTART_MS } from './progress.ts';

/** An entry of an environment's log. All have the type `system`. */
interface LogEntry {
  /** The arrival of the entry, in epoch milliseconds. */
  at: number;
  level: string;
  message: string;
}

/**
 * Returns a page of an environment's log. Recorded: the newest page first, about a hundred entries in ascending order;
 * the cursor leads back in time.
 */
export function environmentLog(
  state: CloudState,
  environment: CloudEnvironment,
  { from = '', to = '', cursor, type = 'all', query = '' }: Record<string, string>,
): Answer {
  const [before = Number.POSITIVE_INFINITY] = cursor === undefined ? [] : JSON.parse(atob(cursor));
  const span = { from: Date.parse(from), to: Math.min(Date.parse(to), before - 1, state.now()) };
  const found = entriesOf(state, environment, span).filter(({ message }) => message.includes(query));
  const oldest = found[Math.max(0, found.length - 100)];
  // Entries of one millisecond stay on one page: the cursor, a millisecond, could not distinguish them.
  const shown = oldest === undefined ? [] : found.filter(({ at }) => at >= oldest.at);
  const next =
    oldest === undefined || shown.length === found.length ? null : btoa(JSON.stringify([oldest.at]));
  const data = shown.map(({ at, message, level }) => {
    // Recorded: a precision of seconds.
    const logged_at = `${new Date(at).toISOString().slice(0, 19)}Z`;
    return { message, level, type: 'system', logged_at, data: {} };
  });
  return plainJson(200, { data, meta: { cursor: next, type, from, to } });
}

/** A span of time, including both ends. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** The run of a process between the deployment that started it and the deployment that replaced it. */
interface Run extends Span {
  readonly command: string;
  readonly cluster: string;
  readonly life: ProcessLife;
  readonly copies: number;
}

/** Milliseconds for which the processes of the previous deployment still run. */
const OVERLAP_MS = 2_000;

/** Returns all log entries of an environment in a span, in the order of their arrival. */
function entriesOf(state: CloudState, environment: CloudEnvironment, span: Span): LogEntry[] {
  return runsOf(state, environment)
    .flatMap((run) => entriesOfRun(run, span))
    .filter(({ at }) => at >= span.from && at <= span.to)
    .sort((a, b) => a.at - b.at);
}

function runsOf(state: CloudState, environment: CloudEnvironment): Run[] {
  const all = state.deploymentsOf(environment).reverse();
  const live = all.filter(({ liveAt }) => liveAt !== undefined).sort((a, b) => liveSince(a) - liveSince(b));
  return live.flatMap((deployment, index) => {
    const next = live[index + 1];
    const from = liveSince(deployment);
    const to = next === undefined ? Number.POSITIVE_INFINITY : liveSince(next) + OVERLAP_MS;
    const number = all.indexOf(deployment) + 1;
    return deployment.carries.map((process) => runOf(state, process, number, { from, to }));
  });
}

function liveSince({ liveAt }: CloudDeployment): number {
  return liveAt ?? Number.POSITIVE_INFINITY;
}

function runOf(state: CloudState, process: ExistingProcess, deployment: number, span: Span): Run {
  const instance = state.instances.find(({ id }) => id === process.instanceId);
  return {
    ...span,
    command: commandOf(process),
    cluster: `[Deploy: ${deployment}] ${instance?.name} cluster`,
    life: process.life ?? state.options.processLife(process),
    copies: process.processes * (instance?.minReplicas ?? 0),
  };
}

function entriesOfRun(run: Run, span: Span): LogEntry[] {
  return Array.from({ length: run.copies }, (_, copy) =>
    entriesOfCopy({ ...run, from: run.from + copy * 7 }, span),
  ).flat();
}

function entriesOfCopy(run: Run, span: Span): LogEntry[] {
  const { exits, prints = [] } = run.life;
  const entries = [event(run, run.from, 'INFO', 'starting...')];
  const replaced = Number.isFinite(run.to);
  const { afterMs = 0, restartMs = RESTART_MS } = exits ?? {};
  const period = afterMs + restartMs;
  // Entries of a round that lies a whole round before the span cannot arrive in the span.
  const first = Math.max(0, Math.floor((span.from - run.from) / period) - 1);
  for (let round = first; exits !== undefined; round++) {
    const exit = run.from + round * period + afterMs;
    if (exit > Math.min(run.to, span.to)) break;
    entries.push(...prints.map((text, line) => printed(exit - 40 + line, text)));
    entries.push(...exitEntries(run, exit, exits.code, round % 2 === 1));
    const again = exit + restartMs;
    if (again <= run.to) entries.push(event(run, again, 'INFO', 'starting...'));
  }
  if (replaced) entries.push(...exitEntries(run, run.to, 0, false));
  return entries;
}

/**
 * Returns the entries of an exit. Recorded: the line about the shutdown may arrive before the line about the exit, and
 * have a later time.
 */
function exitEntries(run: Run, exit: number, code: number, isLate: boolean): LogEntry[] {
  const arrives = exit + (isLate ? RESTART_MS + 30 : 20);
  return [
    event(run, exit + 3, 'INFO', 'process shut down...', exit + 10),
    event(run, exit, code === 0 ? 'INFO' : 'ERROR', `process exited with exitCode ${code}...`, arrives),
  ];
}

function event({ command, cluster }: Run, time: number, level: string, what: string, at = time): LogEntry {
  // Recorded: a precision of nanoseconds.
  const precise = new Date(time).toISOString().replace('Z', '860332Z');
  const message = { time: precise, level, msg: `${command} ${what}`, cluster, cmd: command };
  return { at, level: level.toLowerCase(), message: JSON.stringify(message) };
}

function printed(at: number, text: string): LogEntry {
  return { at, level: 'info', message: JSON.stringify({ text }) };
}

interface LogStep {
  step: string;
  /** Recorded: `finished` or `skipped`. The word for a failed step is unknown. */
  status: string;
  description: string;
  output?: string;
  duration_ms?: number;
  /** The duration: `00:00:36`. */
  time?: string;
}

const BUILD: readonly LogStep[] = [
  finished('git.clone', 'Clone the repository'),
  { step: 'image.prep', status: 'skipped', description: 'Prepare the image' },
  finished('php.command', 'Run the build commands', composer()),
  finished('image.cleanup', 'Clean up the image'),
  finished('image.upload', 'Upload the image'),
];

const DEPLOY: readonly LogStep[] = [
  finished('prepare.env', 'Prepare the environment'),
  finished(
    'deploy.command',
    'Run the deploy commands',
    '\u001b[90m.\u001b[39m \u001b[32;1mDONE\u001b[39;22m',
  ),
  // Recorded: the log says so even of a cluster whose only process exits twice a second.
  finished('stack', 'Start the clusters', 'App cluster healthy, state: running, replicas: 1 ready'),
  finished('finalize', 'Finish the deployment'),
];

/** Returns the logs of a deployment that was built: all its steps, or those up to the failed deploy command. */
export function deploymentLogs({ script, failureReason }: CloudDeployment): Answer {
  const status = script.current;
  const [prepare, command] = DEPLOY;
  const failed = { ...command, status: 'failed', output: failureReason ?? 'It failed.' };
  const deployed = status === 'deployment.failed' ? [prepare, failed] : DEPLOY;
  const part = (steps: unknown) => ({ available: true, steps });
  const data = { build: part(BUILD), deploy: part(deployed) };
  return plainJson(200, { data, meta: { deployment_status: status } });
}

function finished(step: string, description: string, output?: string): LogStep {
  const known = { step, status: 'finished', description, time: '00:00:04', duration_ms: 4_200 };
  return output === undefined ? known : { ...known, output };
}

/** Returns a progress bar that overwrites itself, as Composer prints it when it assumes a terminal. */
function composer(): string {
  const states = Array.from({ length: 40 }, (_, n) => ` ${n}/40 [${'='.repeat(n)}>${'-'.repeat(40 - n)}]`);
  return `\u001b[32mInstalling dependencies from lock file\u001b[39m\n${states.join('\r')}\n`;
}
