import { reasonOf, withoutStop } from '../failure.ts';
import { HttpFailure } from '../http/failure.ts';
import { Deadline, type Timing } from '../time.ts';
import { type Deployment, hasSucceeded, isInEffect } from './deployments.ts';
import {
  eventsIn,
  type Health,
  type JudgedTime,
  judge,
  unknownHealth,
  type WatchedProcess,
} from './environment-log.ts';
import { EnvironmentLog, type LogAccess, type LogSpan } from './environment-log-reader.ts';

/** The means to watch an environment's log. */
export interface LogContext extends Timing, LogAccess {
  /** Returns the time of the service, in milliseconds since 1970. */
  now(): number;
  log(line: string): void;
}

/** Milliseconds after a deployment's success in which exits do not count: they belong to the earlier deployment. */
export const settling = 10_000;
/** Milliseconds between two looks. The log has its own limit of 30 requests a minute, of which a watch uses 12. */
const lookEvery = 10_000;
const requestsPerLook = 2;
/** The most requests of a look back. */
const requestsBack = 10;
/** Milliseconds of the log that a look reads again: a line may reach the log later than younger lines. */
const overlap = 15_000;
/** The most milliseconds for which a failed look back is repeated. */
const lookBackSpan = 30_000;

/** The reason why a part of the log is unread. */
interface Trouble {
  readonly why: string;
  /** Milliseconds after which a look may show more. */
  readonly pause: number;
}

const tooBusy: Trouble = {
  why: `the log has more lines than ${requestsBack} requests show`,
  pause: 0,
};
/** True if a shorter look back could show the whole log. */
export function isTooBusy({ why }: Health): boolean {
  return why === tooBusy.why;
}

/** Milliseconds after a failure before the next look. */
const pauseAfterFailure = 5_000;

/** Judges by the last `span` milliseconds of the log. A process that is not deployed is `unknown`. */
export async function lookBack(
  watched: readonly WatchedProcess[],
  span: number,
  deployments: readonly Deployment[],
  reading: LogContext,
): Promise<readonly Health[]> {
  const { clock, cancelled, now } = reading;
  const to = now();
  const newest = deployments.find(hasSucceeded);
  const from = Math.max(to - span, (newest?.finishedAt ?? 0) + settling);
  if (from >= to)
    return watched.map((process) => unknownHealth(process, 'the environment has only just been deployed'));
  const deadline = new Deadline(clock, Math.max(lookEvery, Math.min(span, lookBackSpan)));
  const log = new EnvironmentLog(reading);
  for (;;) {
    const trouble = await troubleOf(async () => await log.read([{ from, to }], requestsBack));
    if (trouble === undefined || trouble === tooBusy || !deadline.allows(trouble.pause))
      return verdict(watched, log, { from, to, kind: 'past' }, trouble).map((health) =>
        health.status === 'up' && !isInEffect(deployments, health.process.bornAt)
          ? unknownHealth(health.process, 'no deployment since its creation has succeeded')
          : health,
      );
    await clock.sleep(trouble.pause, cancelled);
  }
}

/** The times of a deployment, in milliseconds since 1970. */
export interface DeploymentTimes {
  readonly startedAt: number | undefined;
  readonly succeededAt: number;
}

/**
 * Watches the log for `span` milliseconds after a deployment. Ends early if a process certainly keeps exiting, or if
 * the log cannot be read before the end.
 */
export async function watch(
  watched: readonly WatchedProcess[],
  span: number,
  { startedAt, succeededAt }: DeploymentTimes,
  reading: LogContext,
): Promise<readonly Health[]> {
  const { clock, cancelled, now, log: say } = reading;
  const from = succeededAt + settling;
  const end = from + span;
  const log = new EnvironmentLog(reading);
  const unread: LogSpan[] = [];
  let covered = Math.min(startedAt ?? succeededAt - 2 * settling, succeededAt);
  say(`Watching the log for ${Math.ceil(Math.max(0, end - now()) / 1000)} s`);
  // The looks are ten seconds apart, and the last look is at the end.
  await clock.sleep(Math.max(0, end - now()) % lookEvery, cancelled);
  for (;;) {
    const to = now();
    const isLast = to >= end;
    const trouble = await troubleOf(async () => {
      const left = await log.read([{ from: covered - overlap, to }], requestsPerLook);
      if (left !== undefined) unread.push(left);
      covered = to;
      return isLast ? await log.read(unread, requestsBack) : undefined;
    });
    const healths = verdict(watched, log, { from, to, kind: 'after-deployment' }, trouble);
    const pause = Math.max(trouble?.pause ?? 0, lookEvery);
    const isHopeless = pause > Math.max(lookEvery, end - to);
    if (isLast || isHopeless || healths.some(({ status }) => status === 'restarting')) return healths;
    await clock.sleep(pause, cancelled);
  }
}

/** Returns the trouble with a read: an unread part, or a failed request; undefined for none. */
async function troubleOf(read: () => Promise<LogSpan | undefined>): Promise<Trouble | undefined> {
  try {
    return (await read()) === undefined ? undefined : tooBusy;
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    const pause = error.retry === 'no' ? Number.POSITIVE_INFINITY : (error.retryAfter ?? pauseAfterFailure);
    return { why: `the log could not be read: ${withoutStop(reasonOf(error))}`, pause };
  }
}

/** Returns the health of all processes. With trouble, only `restarting` is certain: other processes are `unknown`. */
function verdict(
  watched: readonly WatchedProcess[],
  log: EnvironmentLog,
  time: JudgedTime,
  trouble: Trouble | undefined,
): readonly Health[] {
  const healths = judge(watched, eventsIn(log.entries), time);
  if (trouble === undefined) return healths;
  return healths.map((health) =>
    health.status === 'restarting' ? health : unknownHealth(health.process, trouble.why),
  );
}
