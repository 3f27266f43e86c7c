import * as v from 'valibot';
import { inSeconds } from '../time.ts';
import type { Environment } from './environment.ts';
import type { Instance } from './instances.ts';
import type { ExistingProcess } from './process.ts';

export interface LogEntry {
  /** `access`, `application`, `exception` or `system`; a word not known yet passes through. */
  readonly type: string;
  readonly message: string;
  /** In milliseconds since 1970; recorded: to the second. */
  readonly loggedAt: number | undefined;
}

/** Something that happened to one copy of a background process. The log does not say to which. */
export interface ProcessEvent {
  readonly kind: 'started' | 'exited' | 'stopped';
  /** White space folded. */
  readonly command: string;
  /** As the log has it, without `[Deploy: N] `. */
  readonly cluster: string;
  /** The N of `[Deploy: N] `: it counts the cluster's deployments. */
  readonly deploy: number | undefined;
  /** Only of an exit. */
  readonly code: number | undefined;
  /** In milliseconds since 1970. */
  readonly at: number;
}

/** Recorded: `{"time":"…","level":"ERROR","msg":"php artisan horizon process exited with exitCode 1...","cluster":"[Deploy: 3] Workers cluster","cmd":"php artisan horizon"}`. */
const ProcessLine = v.object({ cmd: v.string(), msg: v.string(), cluster: v.string(), time: v.string() });

/** What a process has printed: `{"text":"  Connection refused  "}`. */
const PrintedLine = v.object({ text: v.string() });

/** What happened to background processes, in the order of time: entries come out of order. */
export function eventsIn(entries: readonly LogEntry[]): readonly ProcessEvent[] {
  const events = entries.flatMap((entry) => eventOf(entry) ?? []);
  return events.sort((a, b) => a.at - b.at);
}

/** Is it an entry about a background process, or something that one has printed? */
export function isOfProcess(entry: LogEntry): boolean {
  return eventOf(entry) !== undefined;
}

function eventOf({ type, message }: LogEntry): ProcessEvent | undefined {
  if (type !== 'system') return undefined;
  const line = v.safeParse(ProcessLine, jsonOf(message));
  if (!line.success) return undefined;
  const { cmd, msg, cluster, time } = line.output;
  const at = Date.parse(time);
  const what = whatHappened(msg);
  if (what === undefined || Number.isNaN(at)) return undefined;
  const [, deploy, name = cluster] = /^\s*\[Deploy: (\d+)\]\s*(.*)$/s.exec(cluster) ?? [];
  return {
    ...what,
    command: withFoldedSpace(cmd),
    cluster: name.trim(),
    deploy: deploy === undefined ? undefined : Number(deploy),
    at,
  };
}

/** The end of a message decides: a command may hold the same words. */
function whatHappened(msg: string): Pick<ProcessEvent, 'kind' | 'code'> | undefined {
  const [, code] = /process exited with exit ?code:? (-?\d+)[.\s]*$/i.exec(msg) ?? [];
  if (code !== undefined) return { kind: 'exited', code: Number(code) };
  if (/process shut down[.\s]*$/i.test(msg)) return { kind: 'stopped', code: undefined };
  return /\bstarting[.\s]*$/i.test(msg) ? { kind: 'started', code: undefined } : undefined;
}

function jsonOf(message: string): unknown {
  if (!message.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

function withFoldedSpace(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

/** The lines that background processes have printed, and exceptions, oldest first. They may hold anything, secrets, too. */
export function printedIn(entries: readonly LogEntry[]): readonly string[] {
  const printed = entries.flatMap(({ type, message, loggedAt }) => {
    const line = type === 'system' ? v.safeParse(PrintedLine, jsonOf(message)) : undefined;
    const text = type === 'exception' ? message : line?.success ? line.output.text : '';
    return text.trim() === '' ? [] : [{ text, at: loggedAt ?? 0 }];
  });
  return printed.sort((a, b) => a.at - b.at).map(({ text }) => text);
}

/** A background process as the log can be asked about it. */
export interface WatchedProcess {
  readonly id: string;
  /** As read back; null where it is not known. */
  readonly command: string | null;
  /** The name of its instance; undefined where it is not known. */
  readonly cluster: string | undefined;
  /** The most copies of it that run at once: processes × replicas. */
  readonly copies: number;
  /** There is always one copy, no more and no less: one process, one fixed replica, which never sleeps. */
  readonly isSingle: boolean;
  /** It ends by itself after some jobs or some time, to be started again (`--max-jobs`, `--max-time`). */
  readonly recycles: boolean;
}

const mostProcesses = 10;

/** Where the number of replicas is not known, so many exits are no proof that one copy has exited twice. */
const unknownReplicas = 10;

/** A process that is there, as the log can be asked about it. */
export function watchedOf(
  { id, command, processes, config }: ExistingProcess,
  instance: Instance | undefined,
  { hibernates }: Pick<Environment, 'hibernates'>,
): WatchedProcess {
  const { name, minReplicas: min, maxReplicas: max, sleeps = true } = instance ?? {};
  return {
    id,
    command,
    cluster: name,
    copies: (processes ?? mostProcesses) * (max ?? unknownReplicas),
    isSingle: processes === 1 && min === 1 && max === 1 && !sleeps && !hibernates,
    recycles:
      /--max-(jobs|time)\b/.test(command ?? '') || config['max-jobs'] != null || config['max-time'] != null,
  };
}

/** The time of the log that is judged, in milliseconds since 1970 on the service's clock. */
export interface JudgedTime {
  /** What ended before this belongs to the deployment before. */
  readonly from: number;
  readonly to: number;
  /** After a deployment, a process must show in the log; in the past, silence means that nothing has happened. */
  readonly kind: 'past' | 'after-deployment';
}

export interface Health {
  readonly process: WatchedProcess;
  readonly status: 'up' | 'restarting' | 'unknown';
  readonly exits: readonly ProcessEvent[];
  /** The log shows a start after the last of them. */
  readonly isBack: boolean;
  /** Milliseconds for which the only copy has not been started again after an exit. */
  readonly downFor: number | undefined;
  readonly why: string | undefined;
}

/** A single process that has not been started again for so long, in milliseconds, is down. */
const longestPause = 10_000;

/**
 * Judges processes by what the log has of them. `restarting` is certain: one copy has exited twice, or the only copy has
 * not been started again.
 */
export function judge(
  processes: readonly WatchedProcess[],
  events: readonly ProcessEvent[],
  time: JudgedTime,
): readonly Health[] {
  return processes.map((process) => {
    const { command, cluster } = process;
    if (command === null || cluster === undefined)
      return unknownHealth(process, 'Laravel Cloud does not report its command or its cluster');
    // Equal commands on one cluster cannot be told apart in the log.
    const alike = processes.filter((other) => isAlike(process, other));
    const copies = alike.reduce((sum, other) => sum + other.copies, 0);
    const own = ofNewestDeploy(events, cluster).filter((event) => event.command === withFoldedSpace(command));
    return judgeOne(process, own, time, { copies, isSingle: process.isSingle && alike.length === 1 });
  });
}

function judgeOne(
  process: WatchedProcess,
  own: readonly ProcessEvent[],
  { from, to, kind }: JudgedTime,
  { copies, isSingle }: Pick<WatchedProcess, 'copies' | 'isSingle'>,
): Health {
  const exits = own.filter(
    (event) => event.kind === 'exited' && event.at >= from && !(process.recycles && event.code === 0),
  );
  const last = exits.at(-1);
  const isBack = own.some((event) => event.kind === 'started' && event.at >= (last?.at ?? 0));
  const pause = last === undefined || isBack ? 0 : to - last.at;
  const downFor = isSingle && pause >= longestPause ? pause : undefined;
  const judged = { process, exits, isBack, downFor, why: undefined };
  if (exits.length > Math.max(copies, 1) || downFor !== undefined) return { ...judged, status: 'restarting' };
  if (kind === 'after-deployment' && !showsUp(own))
    return unknownHealth(process, 'the log has no line of it since the deployment');
  return { ...judged, status: 'up' };
}

/** A process that was shut down last may be that of the deployment before. */
function showsUp(own: readonly ProcessEvent[]): boolean {
  return own.length > 0 && own.at(-1)?.kind !== 'stopped';
}

export function unknownHealth(process: WatchedProcess, why: string): Health {
  return { process, status: 'unknown', exits: [], isBack: false, downFor: undefined, why };
}

function isAlike(a: WatchedProcess, b: WatchedProcess): boolean {
  return a.cluster === b.cluster && withFoldedSpace(a.command ?? '') === withFoldedSpace(b.command ?? '');
}

/** The events on a cluster since its newest deployment, as far as the log numbers them. */
function ofNewestDeploy(events: readonly ProcessEvent[], cluster: string): readonly ProcessEvent[] {
  const own = events.filter((event) => event.cluster === cluster || event.cluster === `${cluster} cluster`);
  const newest = own.reduce((most, { deploy = -1 }) => Math.max(most, deploy), -1);
  return own.filter(({ deploy = -1 }) => deploy === newest);
}

/** `"php artisan horizon" on Workers exited 14 times in 8 s with code 1`. */
export function describeExits({ process, exits, downFor }: Health): string {
  const times = exits.length === 1 ? 'once' : `${exits.length} times`;
  const span = Math.round(((exits.at(-1)?.at ?? 0) - (exits[0]?.at ?? 0)) / 1000);
  const within = exits.length === 1 ? '' : ` in ${Math.max(span, 1)} s`;
  const codes = [...new Set(exits.map(({ code }) => code))];
  const withCode = `with code ${codes.slice(0, 5).join(', ')}`;
  const down = downFor === undefined ? '' : `, and was not started again for ${inSeconds(downFor)}`;
  return `${watchedName(process)} exited ${times}${within} ${withCode}${down}`;
}

/** `"php artisan horizon" on Workers`, for messages. */
export function watchedName({ id, command, cluster }: WatchedProcess): string {
  return `${command === null ? id : JSON.stringify(command)} on ${cluster ?? 'its cluster'}`;
}
