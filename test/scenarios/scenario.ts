import type { ActionOptions } from '../e2e/harness/run-action.ts';
import { type Emulator, startEmulator } from '../emulator/server.ts';

/** One way in which an action is used, and what it costs: the table of requests and the benchmark come from these. */
export interface Scenario {
  /** Folder of the action.yml. */
  readonly action: string;
  /** What is asked and what is there already, in a few words. */
  readonly title: string;
  /** Each request that is made, ids left out, in the order of their names. */
  readonly requests: readonly string[];
  /** How many of them follow one another: the round trips that a job waits for. */
  readonly depth: number;
  /** Lays out the world, and gives the step's inputs (without token and api-url) and files. */
  readonly prepare: (emulator: Emulator) => Omit<ActionOptions, 'action'>;
}

export interface PreparedScenario {
  readonly emulator: Emulator;
  readonly options: ActionOptions;
}

/** A fresh emulator with the scenario's world in it, and what to run against it. */
export async function prepareScenario(scenario: Scenario): Promise<PreparedScenario> {
  const emulator = await startEmulator();
  const { inputs, ...rest } = scenario.prepare(emulator);
  const reach = { token: emulator.token, 'api-url': emulator.url };
  return { emulator, options: { ...rest, action: scenario.action, inputs: { ...reach, ...inputs } } };
}

/** How long an answer takes on a slow way, in milliseconds, and how much later one that follows it may come at least. */
const latency = 500;
const tolerance = 100;

/** Makes every answer slow, and tells at the end how many requests have followed one another. */
export function watchDepth({ faults, time }: Emulator): () => number {
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
    return Math.max(0, ...depths.map(({ depth }) => depth));
  };
}

/** The requests that were made, without ids, in the order of their names: concurrent ones have no other order. */
export function requestsMade({ requests }: Emulator): string[] {
  return requests.map(({ method, path }) => `${method} ${withoutIds(path)}`).sort();
}

function withoutIds(path: string): string {
  return path
    .replace(/^\/api/, '')
    .replace(/\/(?:app|env|inst|process|depl)-[^/]+/g, '/{id}')
    .replace(/\/orgs\/[^/]+/, '/orgs/{organization}')
    .replace(/\/\d+(?=\/|$)/g, '/{id}');
}
