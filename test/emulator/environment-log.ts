import type { CloudDeployment, CloudEnvironment, ExistingProcess, LogEntry } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import { type ProcessLife, RESTART_MS } from './process-life.ts';
import { workerCommand } from './worker-command.ts';

/** A span of time, including both ends. */
export interface Span {
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
export function entriesOf(state: CloudState, environment: CloudEnvironment, span: Span): LogEntry[] {
  const sleeps = environment.status === 'hibernating' || environment.status === 'stopped';
  const runs = sleeps ? [] : runsOf(state, environment);
  return runs
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
    return deployment.carries.flatMap((process) => runOf(state, process, number, { from, to }));
  });
}

function liveSince({ liveAt }: CloudDeployment): number {
  return liveAt ?? Number.POSITIVE_INFINITY;
}

function runOf(state: CloudState, process: ExistingProcess, deployment: number, span: Span): Run[] {
  const instance = state.instances.find(({ id }) => id === process.instanceId);
  if (instance === undefined) return [];
  const { processLife } = state.options;
  const byDefault = typeof processLife === 'function' ? processLife(process) : processLife;
  return [
    {
      ...span,
      command: process.type === 'worker' ? workerCommand(process.config) : process.command,
      cluster: `[Deploy: ${deployment}] ${instance.name} cluster`,
      life: process.life ?? byDefault,
      copies: process.processes * instance.minReplicas,
    },
  ];
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
  return { at, type: 'system', level: level.toLowerCase(), message: JSON.stringify(message) };
}

function printed(at: number, text: string): LogEntry {
  return { at, type: 'system', level: 'info', message: JSON.stringify({ text }) };
}
