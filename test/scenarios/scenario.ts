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
