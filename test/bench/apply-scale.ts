import { type ActionOptions, runAction } from '../e2e/harness/run-action.ts';
import { type Emulator, startEmulator } from '../emulator/server.ts';

/** What one run of apply made of requests, and how long it took from start to exit. */
export interface ScaleRun {
  readonly requests: number;
  readonly wallMs: number;
}

export interface ScaleRow {
  readonly processes: number;
  readonly instances: number;
  /** Into an empty environment. */
  readonly create: ScaleRun;
  /** The same once more. */
  readonly unchanged: ScaleRun;
}

const processCounts = [10, 100, 1_000];
const instanceCounts = [1, 10, 100];

/** Runs apply with so many declared processes, spread evenly over so many instances: each size once. */
export async function applyScale(): Promise<ScaleRow[]> {
  const rows: ScaleRow[] = [];
  for (const processes of processCounts) {
    for (const instances of instanceCounts.filter((count) => count <= processes)) {
      rows.push(await measure(processes, instances));
    }
  }
  return rows;
}

async function measure(processes: number, instances: number): Promise<ScaleRow> {
  const emulator = await startEmulator();
  try {
    const options = prepare(emulator, processes, instances);
    const create = await runOnce(emulator, options, `${processes}`, 'created');
    const unchanged = await runOnce(emulator, options, `${processes}`, 'unchanged');
    return { processes, instances, create, unchanged };
  } finally {
    await emulator.close();
  }
}

function prepare({ cloud, token, url }: Emulator, processes: number, instances: number): ActionOptions {
  const environment = cloud.addEnvironment(cloud.addApplication({ name: 'shop' }), { name: 'production' });
  const lines = ['instances:'];
  for (let index = 0; index < instances; index++) {
    const { name } = cloud.addInstance(environment, { name: `cluster-${index}`, type: 'service' });
    lines.push(`  ${name}:`);
    for (let process = index; process < processes; process += instances)
      lines.push(`    - { type: worker, processes: 2, config: { queue: queue-${process}, tries: 3 } }`);
  }
  return {
    action: 'apply',
    inputs: { token, 'api-url': url, environment: environment.id },
    files: { '.github/background-processes.yml': `${lines.join('\n')}\n` },
  };
}

async function runOnce(
  emulator: Emulator,
  options: ActionOptions,
  count: string,
  output: 'created' | 'unchanged',
): Promise<ScaleRun> {
  emulator.requests.length = 0;
  const run = await runAction(options);
  if (run.exitCode !== 0 || run.outputs[output] !== count) {
    throw new Error(
      `apply should have ${output} ${count}: ${JSON.stringify(run.outputs[output])}, ${run.errors.join()}`,
    );
  }
  return { requests: emulator.requests.length, wallMs: run.durationMs };
}
