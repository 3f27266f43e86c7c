import { openInstance } from '../../src/cloud/open.ts';
import { type ExistingProcess, processFrom } from '../../src/cloud/process.ts';
import { cloudHints, cloudService } from '../../src/cloud/service.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import { CloudStore } from '../../src/cloud/store.ts';
import { type Ensured, ensure } from '../../src/converge/ensure.ts';
import { Calm } from '../../src/converge/look.ts';
import { candidates } from '../../src/converge/service.ts';
import { Cancelled } from '../../src/failure.ts';
import { HttpClient } from '../../src/http/client.ts';
import { Deadline } from '../../src/time.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { apiUrl, beginning, CloudModel, instanceId, type StoredProcess } from './cloud-model.ts';
import { Network, type Sent } from './network.ts';
import type { RunPlan, World } from './world.ts';

/** Milliseconds, as the actions have them. */
export const limits = { work: 240_000, request: 30_000, cutOff: 4_000 } as const;

export const token = 'the-token-of-the-model';

export type Ended =
  | { readonly kind: 'done'; readonly ensured: Ensured<ProcessSpec, ExistingProcess> }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'killed' };

/** How one run ended. */
export interface RunResult {
  readonly number: number;
  readonly plan: RunPlan;
  readonly sent: readonly Sent[];
  readonly startedAt: number;
  readonly endedAt: number;
  readonly ended: Ended;
  /** What it said was done by then. */
  readonly did: string | undefined;
  readonly log: readonly string[];
  /** What was really there when the Cloud last carried something out for this run: for a list, at each of its pages. */
  readonly lastThere: readonly ReadonlyMap<string, StoredProcess>[];
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
  const { manners, spec } = world;
  const cloud = new CloudModel(manners, () => clock.now(), seededRandom(world.seed));
  for (const decoy of world.decoys) cloud.seed(decoy);
  const matchesBefore = new Set(world.matches.map((match) => cloud.seed(match).id));
  if (manners.vandal !== undefined) {
    const matches = (process: StoredProcess): boolean =>
      candidates(spec, [asExisting(process)], cloudService).length > 0;
    void clock.sleep(manners.vandal).then(() => cloud.takeAwayYoungest(matches));
  }
  const runs: Promise<RunResult>[] = [];
  for (const [number, plan] of world.runs.entries()) {
    const before = plan.follows ? runs.at(-1) : undefined;
    runs.push(playRun(world, plan, number, cloud, clock, before));
  }
  const results = await clock.run(Promise.all(runs));
  // What acts late has acted by then.
  await clock.run(clock.sleep(30_000));
  return { world, cloud, matchesBefore, runs: results };
}

async function playRun(
  { spec, seed, manners }: World,
  plan: RunPlan,
  number: number,
  cloud: CloudModel,
  clock: VirtualClock,
  before: Promise<RunResult> | undefined,
): Promise<RunResult> {
  await before;
  await clock.sleep(plan.startsAt);
  const startedAt = clock.now();
  const random = seededRandom(seed + number + 1);
  const { cancelled, cutOff } = stopsOf(plan, clock);
  const log: string[] = [];
  let did: string | undefined;
  let lastThere: RunResult['lastThere'] = [];
  const killed = Promise.withResolvers<Ended>();
  const network = new Network(cloud, {
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
      lastThere = url.searchParams.has('page') ? [...lastThere, cloud.processes] : [cloud.processes];
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
    wallClock: () => beginning + clock.now(),
    random,
    cancelled,
    cutOff,
    onRetry: (line) => log.push(line),
    onExchange: (line) => log.push(line),
  });
  const { ifExists, dryRun } = plan;
  const ensuring = ensure(
    { spec, ifExists, dryRun },
    openInstance(new CloudStore(client, instanceId), {
      clock: client.clock,
      random,
      cancelled,
      calm: new Calm(client.clock),
      requests: () => client.sent,
      checkpoint: (line) => {
        did = line;
      },
      warn: (line) => log.push(line),
      log: (line) => log.push(line),
    }),
  ).then(
    (ensured): Ended => ({ kind: 'done', ensured }),
    (error: unknown): Ended => ({ kind: 'failed', error }),
  );
  const ended = await Promise.race([ensuring, killed.promise]);
  const endedAt = clock.now();
  return { number, plan, sent: network.sent, startedAt, endedAt, ended, did, log, lastThere };
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

/** As the domain knows it. */
export function asExisting({
  id,
  type,
  processes,
  command,
  config,
  createdAt,
}: StoredProcess): ExistingProcess {
  const attributes = { type, processes, command, config, created_at: createdAt };
  return processFrom(id, { attributes }, instanceId);
}
