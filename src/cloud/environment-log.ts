import * as v from 'valibot';
import { inSeconds, timeOf } from '../time.ts';
import type { Environment } from './environment.ts';
import type { Instance } from './instances.ts';
import type { ExistingProcess } from './process.ts';

export interface LogEntry {
  /** `access`, `application`, `exception`, `system`, or an unknown word. */
  readonly type: string;
  readonly message: string;
  /** In milliseconds since 1970; recorded: to the second. */
  readonly loggedAt: number | undefined;
}

/** An event of one copy of a background process. The log does not name the copy. */
export interface ProcessEvent {
  /** `unclear`: an error in words that are not known, perhaps a signal, or no memory left. */
  readonly kind: 'started' | 'exited' | 'stopped' | 'unclear';
  /** The command with folded white space. */
  readonly command: string;
  /** The cluster as the log names it, without `[Deploy: N] `: `Workers cluster`. */
  readonly cluster: string;
  /** The N of `[Deploy: N] `, which counts the deployments of the cluster. */
  readonly deploy: number | undefined;
  /** The exit code of `exited`. */
  readonly code: number | undefined;
  /** In milliseconds since 1970. */
  readonly at: number;
}

/**
 * A line about a background process. Recorded: `{"time":"…","level":"ERROR","msg":"php artisan horizon process exited
 * with exitCode 1...","cluster":"[Deploy: 3] Workers cluster","cmd":"php artisan horizon"}`.
 */
const ProcessLine = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    ...{ cmd: v.string(), msg: v.string(), cluster: v.string() },
    time: v.fallback(v.optional(v.string()), undefined),
    level: v.fallback(v.optional(v.string()), undefined),
  }),
);

/** A line of a process's output: `{"text":"  Connection refused  "}`. */
const PrintedLine = v.pipe(v.string(), v.parseJson(), v.object({ text: v.string() }));

/** Returns the events of background processes, sorted by time: the log returns entries out of order. */
export function eventsIn(entries: readonly LogEntry[]): readonly ProcessEvent[] {
  const events = entries.flatMap((entry) => eventOf(entry) ?? []);
  return events.sort((a, b) => a.at - b.at);
}

/** Returns the event of an entry; undefined for an entry about anything else. */
export function eventOf({ type, message, loggedAt }: LogEntry): ProcessEvent | undefined {
  if (type !== 'system') return undefined;
  const line = v.safeParse(ProcessLine, message);
  if (!line.success) return undefined;
  const { cmd, msg, cluster, time, level } = line.output;
  const at = timeOf(time) ?? loggedAt;
  const what = whatHappened(msg, level);
  if (what === undefined || at === undefined) return undefined;
  const deploy = /\[Deploy: (\d+)\]/.exec(cluster)?.[1];
  return {
    ...what,
    command: withFoldedSpace(cmd),
    cluster: cluster.replace(/\[Deploy: \d+\]/, '').trim(),
    deploy: deploy === undefined ? undefined : Number(deploy),
    at,
  };
}

/** Reads the event from the end of a message: the command at its start may contain the same words. */
function whatHappened(msg: string, level = ''): Pick<ProcessEvent, 'kind' | 'code'> | undefined {
  const code = /process exited with exit ?code:? (-?\d+)\.*$/i.exec(msg)?.[1];
  if (code !== undefined) return { kind: 'exited', code: Number(code) };
  if (/process shut down\.*$/i.test(msg)) return { kind: 'stopped', code: undefined };
  if (/\bstarting\.*$/i.test(msg)) return { kind: 'started', code: undefined };
  return /^error$/i.test(level) ? { kind: 'unclear', code: undefined } : undefined;
}

function withFoldedSpace(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

/** Returns the output of background processes, and exceptions, the oldest first. Both may contain secrets. */
export function printedIn(entries: readonly LogEntry[]): readonly string[] {
  const printed = entries.flatMap(({ type, message, loggedAt }) => {
    const line = type === 'system' ? v.safeParse(PrintedLine, message) : undefined;
    const text = type === 'exception' ? message : line?.success ? line.output.text : '';
    return text.trim() === '' ? [] : [{ text, at: loggedAt ?? 0 }];
  });
  return printed.sort((a, b) => a.at - b.at).map(({ text }) => text);
}

/** A background process to look for in the log. */
export interface WatchedProcess {
  readonly id: string;
  /** The command as the API reports it; null if unknown. */
  readonly command: string | null;
  /** The name of the instance; undefined if unknown. */
  readonly cluster: string | undefined;
  /** The most copies that run at once: processes × replicas. */
  readonly copies: number;
  /** True if there is always exactly one copy: one process, one fixed replica, no sleep. */
  readonly isSingle: boolean;
  /** True if the process ends by itself after some jobs or some time (`--max-jobs`, `--max-time`). */
  readonly recycles: boolean;
  /** In milliseconds since 1970; undefined if unknown. */
  readonly bornAt: number | undefined;
}

/** The number of processes to assume if it is unknown: the largest that Laravel Cloud allows. */
const mostProcesses = 10;

/** The number of replicas to assume if it is unknown: large, so that a few exits never count as `restarting`. */
const unknownReplicas = 10;

/** Returns the process to look for in the log, made from an existing process and its instance. */
export function watchedOf(
  { id, command, processes, config, createdAt }: ExistingProcess,
  instance: Instance | undefined,
  { hibernates }: Pick<Environment, 'hibernates'>,
): WatchedProcess {
  const { name, minReplicas: min, maxReplicas: max, sleeps } = instance ?? {};
  return {
    id,
    command,
    cluster: name,
    copies: (processes ?? mostProcesses) * (max ?? unknownReplicas),
    isSingle: processes === 1 && min === 1 && max === 1 && !sleeps && !hibernates,
    recycles:
      /--max-(jobs|time)\b/.test(command ?? '') || config['max-jobs'] != null || config['max-time'] != null,
    bornAt: timeOf(createdAt),
  };
}

/** The judged time of the log, in milliseconds since 1970 on the service's clock. */
export interface JudgedTime {
  /** Exits before this time do not count: they may belong to the earlier deployment. */
  readonly from: number;
  readonly to: number;
  /** After a deployment, a process must appear in the log. In the past, no line means no event. */
  readonly kind: 'past' | 'after-deployment';
}

export interface Health {
  readonly process: WatchedProcess;
  readonly status: 'up' | 'restarting' | 'unknown';
  readonly exits: readonly ProcessEvent[];
  /** True if the log shows a start after the last exit. */
  readonly isBack: boolean;
  /** Milliseconds since the last exit of the only copy, if it was not started again. */
  readonly downFor: number | undefined;
  readonly why: string | undefined;
}

/** Milliseconds after which a single process that was not started again is down. */
const longestPause = 10_000;

/** Judges processes by their events. `restarting`: a copy has exited twice, or the only one stays down. */
export function judge(
  processes: readonly WatchedProcess[],
  events: readonly ProcessEvent[],
  time: JudgedTime,
): readonly Health[] {
  return processes.map((process) => {
    const { command, cluster } = process;
    if (command === null || cluster === undefined)
      return unknownHealth(process, 'Laravel Cloud does not report its command or its cluster');
    // The log does not distinguish equal commands on one cluster.
    const told = withFoldedSpace(command);
    const alike = processes.filter(
      (other) => other.cluster === cluster && withFoldedSpace(other.command ?? '') === told,
    );
    const copies = alike.reduce((sum, other) => sum + other.copies, 0);
    const own = ofNewestDeploy(events, cluster).filter((event) => event.command === told);
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
  const isBack = last !== undefined && own.some(({ kind, at }) => kind === 'started' && at >= last.at);
  const pause = last === undefined || isBack ? 0 : to - last.at;
  const downFor = isSingle && pause >= longestPause ? pause : undefined;
  const judged = { process, exits, isBack, downFor, why: undefined };
  if (exits.length > Math.max(copies, 1) || downFor !== undefined) return { ...judged, status: 'restarting' };
  if (own.some((event) => event.kind === 'unclear' && event.at >= from))
    return unknownHealth(process, 'the log has an error about it in words that are not known');
  // Without a start or an exit in the judged time, an end as the last event may belong to the earlier deployment.
  const isSeen =
    own.findLast((event) => event.kind !== 'unclear')?.kind === 'started' ||
    own.some((event) => event.kind === 'exited' && event.at >= from);
  if (kind === 'after-deployment' && !isSeen)
    return unknownHealth(process, 'the log has no line of it since the deployment');
  return { ...judged, status: 'up' };
}

export function unknownHealth(process: WatchedProcess, why: string): Health {
  return { process, status: 'unknown', exits: [], isBack: false, downFor: undefined, why };
}

/** Returns the events on a cluster since its newest deployment; all its events if the log numbers no deployments. */
function ofNewestDeploy(events: readonly ProcessEvent[], cluster: string): readonly ProcessEvent[] {
  const own = events.filter((event) => event.cluster === cluster || event.cluster === `${cluster} cluster`);
  const newest = own.reduce((most, { deploy = -1 }) => Math.max(most, deploy), -1);
  return own.filter(({ deploy = -1 }) => deploy === newest);
}

/** Returns `"php artisan horizon" on Workers exited 14 times in 8 s with code 1`. */
export function describeExits({ process, exits, downFor }: Health): string {
  const times = exits.length === 1 ? 'once' : `${exits.length} times`;
  const moments = exits.map(({ at }) => at);
  const span = Math.round((Math.max(...moments) - Math.min(...moments)) / 1000);
  const within = exits.length === 1 ? '' : ` in ${Math.max(span, 1)} s`;
  const codes = [...new Set(exits.map(({ code }) => code))];
  const withCode = `with code ${codes.slice(0, 5).join(', ')}`;
  const down = downFor === undefined ? '' : `, and was not started again for ${inSeconds(downFor)}`;
  return `${watchedName(process)} exited ${times}${within} ${withCode}${down}`;
}

/** Returns `"php artisan horizon" on Workers`, for messages. */
export function watchedName({ id, command, cluster }: WatchedProcess): string {
  return `${command === null ? id : JSON.stringify(command)} on ${cluster ?? 'its cluster'}`;
}
