import { Pacer, type Runtime } from '../../src/converge/look.ts';
import { Cancelled } from '../../src/failure.ts';
import { HttpClient } from '../../src/http/client.ts';
import { Deadline } from '../../src/time.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { Network, type SentRequest } from './network.ts';
import type { RunPlan } from './plans.ts';
import { beginning, type ServerModel, type Stored } from './server-model.ts';
import { type AnyWorld, type Report, type Stage, stageOf } from './stage.ts';

/** The time limits of the actions, in milliseconds. */
const limits = { request: 30_000, cutOff: 4_000 } as const;

export const token = 'the-token-of-the-model';

export type RunEnd =
  | ({ readonly kind: 'done' } & Report)
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'killed' };

/** The result of one run. */
export interface RunResult {
  readonly number: number;
  readonly plan: RunPlan;
  readonly sent: readonly SentRequest[];
  readonly startedAt: number;
  readonly endedAt: number;
  readonly deadline: number;
  readonly ended: RunEnd;
  /** The last checkpoint of the run. */
  readonly did: string | undefined;
  readonly log: readonly string[];
  /**
   * The real processes at the last request that the server carried out for this run; for a list, at each of its pages.
   */
  readonly lastThere: readonly ReadonlyMap<string, Stored>[];
}

/** The state of a world after the end of all its runs. */
export interface Ending {
  readonly world: AnyWorld;
  readonly server: ServerModel;
  /** The ids of the matching processes from before the first run. */
  readonly matchesBefore: ReadonlySet<string>;
  readonly isTame: boolean;
  readonly runs: readonly RunResult[];
}

/** Plays all runs of a world, interleaved on one virtual clock. */
export async function play(world: AnyWorld): Promise<Ending> {
  const clock = new VirtualClock();
  const stage = stageOf(world, {
    now: () => clock.now(),
    random: seededRandom(world.seed),
    later: (ms, act) => void clock.sleep(ms).then(act),
  });
  const { server, matchesBefore, isTame } = stage;
  const { vandal } = world.manners;
  if (vandal !== undefined) void clock.sleep(vandal).then(() => server.takeAwayYoungest());
  const runs: Promise<RunResult>[] = [];
  for (const [number, plan] of world.runs.entries()) {
    const before = plan.follows ? runs.at(-1) : undefined;
    runs.push(playRun(world, stage, plan, number, clock, before));
  }
  const results = await clock.run(Promise.all(runs));
  // By then, all late requests have taken effect.
  await clock.run(clock.sleep(30_000));
  return { world, server, matchesBefore, isTame, runs: results };
}

async function playRun(
  { seed, manners }: AnyWorld,
  { server, hints, run, ...stage }: Stage,
  plan: RunPlan,
  number: number,
  clock: VirtualClock,
  before: Promise<RunResult> | undefined,
): Promise<RunResult> {
  await before;
  await clock.sleep(plan.startsAt);
  const startedAt = clock.now();
  const work = stage.work * plan.patience;
  const random = seededRandom(seed + number + 1);
  const { cancelled, cutOff } = stopsOf(plan, clock);
  const log: string[] = [];
  let did: string | undefined;
  let lastThere: RunResult['lastThere'] = [];
  const killed = Promise.withResolvers<RunEnd>();
  const network = new Network(server, {
    run: number,
    clock,
    removal: manners.removal,
    delays: plan.delays,
    lags: plan.lags,
    skew: plan.skew,
    faults: plan.faults,
    kill: plan.kill,
    onKilled: () => killed.resolve({ kind: 'killed' }),
    onAct: ({ url }) => {
      lastThere = isLaterPage(url) ? [...lastThere, server.processes] : [server.processes];
    },
  });
  const client = new HttpClient({
    baseUrl: new URL('https://service.example/api'),
    token,
    hints,
    transport: network,
    requestTimeout: limits.request,
    deadline: new Deadline(clock, work),
    clock,
    wallClock: () => beginning + clock.now(),
    random,
    cancelled,
    cutOff,
    onRetry: (line) => log.push(line),
    onExchange: (line) => log.push(line),
  });
  const runtime: Runtime = {
    clock: client.clock,
    random,
    cancelled,
    pacer: new Pacer(client),
    timeLeft: () => client.timeLeft,
    checkpoint: (line, kind) => {
      did = kind === 'unknown' ? `not known: ${line}` : line;
    },
    warn: (line) => log.push(line),
    log: (line) => log.push(line),
  };
  const running = run(plan, client, runtime).then(
    (report): RunEnd => ({ kind: 'done', ...report }),
    (error: unknown): RunEnd => ({ kind: 'failed', error }),
  );
  const ended = await Promise.race([running, killed.promise]);
  const endedAt = clock.now();
  const deadline = startedAt + work;
  return { number, plan, sent: network.sent, startedAt, endedAt, deadline, ended, did, log, lastThere };
}

/** True for a later page of a list. */
function isLaterPage({ searchParams }: URL): boolean {
  return searchParams.has('page') || searchParams.has('page[cursor]');
}

function stopsOf({ stopsAfter }: RunPlan, clock: VirtualClock) {
  const cancelled = new AbortController();
  const cutOff = new AbortController();
  if (stopsAfter !== undefined) {
    const reason = new Cancelled({ what: 'The step', why: 'it was told to stop' });
    void clock.sleep(stopsAfter).then(() => cancelled.abort(reason));
    void clock.sleep(stopsAfter + limits.cutOff).then(() => cutOff.abort(reason));
  }
  return { cancelled: cancelled.signal, cutOff: cutOff.signal };
}
