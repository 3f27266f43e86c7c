import { cloudHints } from '../../src/cloud/hints.ts';
import { CloudProcessStore } from '../../src/cloud/process-store.ts';
import { Cancelled } from '../../src/failure.ts';
import { HttpClient } from '../../src/http/client.ts';
import { type Ensured, ensure } from '../../src/processes/ensure.ts';
import { raceDelays } from '../../src/processes/race-delays.ts';
import { Deadline } from '../../src/time/deadline.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { apiUrl, CloudModel, instanceId, type StoredProcess } from './cloud-model.ts';
import { Network, type Sent } from './network.ts';
import type { RunPlan, World } from './world.ts';

/** Milliseconds, as the actions have them. */
export const limits = { work: 120_000, request: 30_000, cutOff: 4_000 } as const;

export const token = 'the-token-of-the-model';

/** How one run ended. */
export interface RunResult {
  readonly plan: RunPlan;
  readonly sent: readonly Sent[];
  readonly startedAt: number;
  readonly endedAt: number;
  readonly ended:
    | { readonly ok: true; readonly ensured: Ensured }
    | { readonly ok: false; readonly error: unknown };
  /** What it said was done by then. */
  readonly did: string | undefined;
  readonly log: readonly string[];
  /** What was there when the Cloud last carried something out for this run: for a list, at each of its pages. */
  readonly lastSeen: readonly ReadonlyMap<string, StoredProcess>[];
}

/** How a world ended, once all its runs have. */
export interface Ending {
  readonly world: World;
  readonly cloud: CloudModel;
  /** The ids of the processes that were declared and there before. */
  readonly matchesBefore: ReadonlySet<string>;
  readonly runs: readonly RunResult[];
}

/** Lets all runs of a world happen, interleaved on one virtual clock. */
export async function play(world: World): Promise<Ending> {
  const clock = new VirtualClock();
  const cloud = new CloudModel(world.manners, () => clock.now(), seededRandom(world.seed));
  for (const decoy of world.decoys) cloud.seed(decoy);
  const matchesBefore = new Set(world.matches.map((match) => cloud.seed(match).id));
  const runs = await clock.run(
    Promise.all(world.runs.map((plan, number) => playRun(world, plan, number, cloud, clock))),
  );
  // What acts late has acted by then.
  await clock.run(clock.sleep(10_000));
  return { world, cloud, matchesBefore, runs };
}

async function playRun(
  { spec, seed }: World,
  plan: RunPlan,
  number: number,
  cloud: CloudModel,
  clock: VirtualClock,
): Promise<RunResult> {
  await clock.sleep(plan.startsAt);
  const startedAt = clock.now();
  const random = seededRandom(seed + number + 1);
  const { cancelled, cutOff } = stopsOf(plan, clock);
  const log: string[] = [];
  let did: string | undefined;
  let lastSeen: RunResult['lastSeen'] = [];
  const network = new Network(cloud, {
    run: number,
    clock,
    delays: plan.delays,
    faults: plan.faults,
    onAct: ({ url }) => {
      const now = new Map(cloud.processes);
      lastSeen = url.searchParams.has('page') ? [...lastSeen, now] : [now];
    },
  });
  const client = new HttpClient({
    baseUrl: apiUrl,
    token,
    userAgent: 'model',
    hints: cloudHints,
    transport: network,
    requestTimeout: limits.request,
    deadline: new Deadline(clock, limits.work),
    clock,
    wallClock: () => Date.UTC(2026, 3, 4) + clock.now(),
    random,
    cancelled,
    cutOff,
    onRetry: (line) => log.push(line),
    onExchange: (line) => log.push(line),
  });
  const { ifExists, dryRun } = plan;
  const ended = await ensure(
    { spec, ifExists, dryRun },
    {
      store: new CloudProcessStore(client, instanceId),
      delays: raceDelays(clock, random, cancelled),
      did: (line) => {
        did = line;
      },
      log: (line) => log.push(line),
    },
  ).then(
    (ensured) => ({ ok: true as const, ensured }),
    (error: unknown) => ({ ok: false as const, error }),
  );
  return { plan, sent: network.sent, startedAt, endedAt: clock.now(), ended, did, log, lastSeen };
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
