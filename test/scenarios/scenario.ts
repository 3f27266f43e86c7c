import { expectClean } from '../e2e/harness/expect-clean.ts';
import { type ActionOptions, runAction, type StepRun } from '../e2e/harness/run-action.ts';
import { seedShop } from '../emulator/seed.ts';
import { type Emulator, startEmulator } from '../emulator/server.ts';

/** A shop on Laravel Cloud, and a server of the same people on Forge. */
export type World = Emulator & ReturnType<typeof seedShop>;

/** These inputs, in this world. What comes of it stands in `snapshots`. */
export interface Scenario {
  /** Folder of the action.yml. */
  readonly action: string;
  /** What is asked and what is there already, in a few words. */
  readonly title: string;
  /** Makes it a row of `docs/requests.md`. */
  readonly costs?: Costs;
  readonly prepare: Prepare;
}

/** The step's inputs (without token and api-url), files and event. */
type Setup = Omit<ActionOptions, 'action'>;

/** Adds to the world, and gives the setup of the step. */
export type Prepare = (world: World) => Setup;

export interface Costs {
  /** Each request that is made, ids left out, in the order of their names. */
  readonly requests: readonly string[];
  /** How many of them follow one another: the round trips that a job waits for. */
  readonly depth: number;
}

/** What a scenario adds to the world, and to the setup that is usual for its action. */
export type Own = ((world: World) => Partial<Setup> | undefined) & { readonly costs?: Costs };

/** The scenarios of an action by their titles, and what their steps have in common. */
export function scenariosOf(
  action: string,
  usual: Prepare,
  cases: Readonly<Record<string, Own>>,
): readonly Scenario[] {
  return Object.entries(cases).map(([title, own]) => ({
    action,
    title,
    ...(own.costs && { costs: own.costs }),
    prepare: (world) => {
      const { inputs, ...more } = own(world) ?? {};
      const common = usual(world);
      return { ...common, ...more, inputs: { ...common.inputs, ...inputs } };
    },
  }));
}

/** A scenario that is counted: it costs these requests, of which so many follow one another. */
export function costing(depth: number, requests: readonly string[], prepare: Own): Own {
  return Object.assign((world: World) => prepare(world), { costs: { requests, depth } });
}

/** For steps that have nothing in common. */
export const nothing: Prepare = () => ({ inputs: {} });

export interface PreparedScenario {
  readonly emulator: Emulator;
  readonly options: ActionOptions;
}

/** A fresh emulator with the scenario's world in it, and what to run against it. */
export async function prepareScenario({ action, prepare }: Scenario): Promise<PreparedScenario> {
  const emulator = await startEmulator();
  const { inputs, ...rest } = prepare({ ...emulator, ...seedShop(emulator) });
  const reach = { token: emulator.token, 'api-url': emulator.url };
  return { emulator, options: { ...rest, action, inputs: { ...reach, ...inputs } } };
}

/** What a scenario's step did. */
export interface Played extends PreparedScenario {
  readonly run: StepRun;
  /** For each request, how many it and those before it make that have followed one another. */
  readonly depths: readonly number[];
}

/** Runs a scenario as the runner would. */
export async function play(scenario: Scenario): Promise<Played> {
  const prepared = await prepareScenario(scenario);
  const { emulator, options } = prepared;
  try {
    const depths = watchDepth(emulator);
    const run = await runAction({ ...options, time: emulator.time });
    expectClean(run, emulator);
    return { ...prepared, run, depths: depths() };
  } finally {
    await emulator.close();
  }
}

/** What it has cost; the requests in the order of their names, since concurrent ones have no other. */
export function costsOf({ emulator, depths }: Played): Costs {
  const requests = emulator.requests.map(({ method, path }) => `${method} ${withoutIds(path)}`).sort();
  return { requests, depth: Math.max(0, ...depths) };
}

export function withoutIds(path: string): string {
  return path
    .replace(/^\/api/, '')
    .replace(/\/(?:app|env|inst|process|depl)-[^/? ]+/g, '/{id}')
    .replace(/\/orgs\/[^/]+/, '/orgs/{organization}')
    .replace(/\/\d+(?=\/|$)/g, '/{id}');
}

/** How long an answer takes on a slow way, in milliseconds, and how much later one that follows it may come at least. */
const latency = 400;
const tolerance = 80;

/** Makes every answer slow, and gives at the end the depth of each request, in the order of arrival. */
function watchDepth({ faults, time }: Emulator): () => number[] {
  const arrivals: number[] = [];
  faults.add({ kind: 'call', call: () => arrivals.push(time.now()), times: Infinity });
  faults.add({ kind: 'slow', ms: latency, times: Infinity });
  return () => {
    const depths: { readonly depth: number; readonly answered: number }[] = [];
    for (const arrival of arrivals) {
      const before = depths.filter(({ answered }) => answered <= arrival + tolerance);
      const depth = 1 + Math.max(0, ...before.map((earlier) => earlier.depth));
      depths.push({ depth, answered: arrival + latency });
    }
    return depths.map(({ depth }) => depth);
  };
}

/** So many instances with a worker each, and the manifest that declares them. */
export function manyInstances({ cloud, environment, instance: app }: World, count: number): string {
  const lines = ['instances:'];
  for (let n = 1; n <= count; n++) {
    const instance =
      n === 1 ? app : cloud.addInstance(environment, { name: `cluster-${n}`, type: 'service' });
    cloud.addProcess(instance, { type: 'worker', processes: 2 });
    lines.push(`  ${instance.name}:`, '    - { type: worker, processes: 2 }');
  }
  return lines.join('\n');
}
