import type { HttpClient } from '../http/client.ts';
import { HttpFailure } from '../http/failure.ts';
import { Deadline, type Timing } from '../time.ts';
import { eventsIn, type Health, type JudgedTime, judge, unknown, type Watched } from './environment-log.ts';
import { EnvironmentLog, type LogSpan } from './environment-log-reader.ts';

/** Whose log is read, and with what. */
export interface Observing extends Timing {
  readonly client: HttpClient;
  readonly environmentId: string;
  /** The time of the service, in milliseconds since 1970. */
  now(): number;
  log(line: string): void;
}

/** So long after a deployment's success, in milliseconds, nothing is judged: what ends then belongs to the one before. */
const settling = 10_000;
/** The log has a limit of its own, 30 requests a minute for everybody: two each ten seconds while watching. */
const lookEvery = 10_000;
const requestsPerLook = 2;
/** So many may be sent at once to look back. */
const requestsBack = 10;
/** A line may reach the log later than others, in milliseconds. */
const overlap = 15_000;
/** A look back is tried for so long at most, in milliseconds. */
const patience = 30_000;

/** Why the log is not known in full. */
interface Trouble {
  readonly why: string;
  /** Looking again is of no use. */
  readonly isForGood: boolean;
}

const tooBusy: Trouble = {
  why: `the log has more lines than ${requestsBack} requests show`,
  isForGood: false,
};

/** Judges the last `span` milliseconds without waiting. `deployedAt`: when the newest deployment succeeded, if known. */
export async function lookBack(
  watched: readonly Watched[],
  span: number,
  deployedAt: number | undefined,
  { client, environmentId, clock, now }: Observing,
): Promise<readonly Health[]> {
  const to = now();
  const from = Math.max(to - span, (deployedAt ?? 0) + settling);
  if (from >= to)
    return watched.map((process) => unknown(process, 'the environment has only just been deployed'));
  const deadline = new Deadline(clock, Math.max(lookEvery, Math.min(span, patience)), 'fixed');
  const log = new EnvironmentLog(client.within(deadline), environmentId, { once: false });
  const trouble = await troubleOf(async () => await log.read({ from, to }, requestsBack));
  return verdict(watched, log, { from, to, kind: 'past' }, trouble);
}

/** The deployment after which processes are watched: its times in milliseconds since 1970. */
export interface Deployed {
  readonly startedAt: number | undefined;
  readonly succeededAt: number;
}

/** Watches the log for `span` milliseconds after a deployment. Ends as soon as a process surely keeps exiting. */
export async function watch(
  watched: readonly Watched[],
  span: number,
  { startedAt, succeededAt }: Deployed,
  { client, environmentId, clock, cancelled, now, log: say }: Observing,
): Promise<readonly Health[]> {
  const from = succeededAt + settling;
  const end = from + span;
  const log = new EnvironmentLog(client, environmentId, { once: true });
  const unread: LogSpan[] = [];
  let covered = Math.min(startedAt ?? succeededAt - 2 * settling, succeededAt);
  say(`Watching the log for ${Math.ceil(Math.max(0, end - now()) / 1000)} s`);
  for (;;) {
    const to = now();
    const isLast = to >= end;
    const trouble = await troubleOf(async () => {
      const left = await log.read({ from: covered - overlap, to }, requestsPerLook);
      if (left !== undefined) unread.push(left);
      covered = to;
      return isLast ? await readRest(log, unread) : undefined;
    });
    const healths = verdict(watched, log, { from, to, kind: 'after-deployment' }, trouble);
    if (isLast || trouble?.isForGood || healths.some(({ status }) => status === 'restarting')) return healths;
    await clock.sleep(Math.min(lookEvery, Math.max(1_000, end - to)), cancelled);
  }
}

/** What busy moments have left unread. */
async function readRest(log: EnvironmentLog, unread: readonly LogSpan[]): Promise<LogSpan | undefined> {
  let requests = requestsBack;
  for (const span of unread) {
    const before = log.requests;
    const left = await log.read(span, requests);
    if (left !== undefined) return left;
    requests -= log.requests - before;
  }
  return undefined;
}

/** What keeps a reading from being whole: a part that is left, or a failure. */
async function troubleOf(read: () => Promise<LogSpan | undefined>): Promise<Trouble | undefined> {
  try {
    return (await read()) === undefined ? undefined : tooBusy;
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return { why: `the log could not be read (${error.why})`, isForGood: error.retry === 'no' };
  }
}

/** A process that surely keeps exiting does so whatever else the log may hold. */
function verdict(
  watched: readonly Watched[],
  log: EnvironmentLog,
  time: JudgedTime,
  trouble: Trouble | undefined,
): readonly Health[] {
  const healths = judge(watched, eventsIn(log.entries), time);
  if (trouble === undefined) return healths;
  return healths.map((health) =>
    health.status === 'restarting' ? health : unknown(health.process, trouble.why),
  );
}
