import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ActionOptions, runAction } from '../e2e/harness/run-action.ts';
import { type Emulator, startEmulator } from '../emulator/server.ts';
import { fleetCase } from './cases.ts';

/** What one run of apply made of requests, how long it took from start to exit, and the most memory it had. */
export interface ScaleRun {
  readonly requests: number;
  readonly wallMs: number;
  readonly peakMiB: number;
  /** How long it would take against a service that limits its requests. */
  readonly emulatedMs: number;
}

export interface ScaleRow {
  readonly processes: number;
  readonly instances: number;
  /** Into an empty environment. */
  readonly create: ScaleRun;
  /** The same once more. */
  readonly unchanged: ScaleRun;
}

const sizes: readonly (readonly [processes: number, instances: number])[] = [
  [10, 1],
  [100, 1],
  [100, 10],
  [1_000, 1],
  [1_000, 10],
  [1_000, 100],
  [5_000, 10],
];

/** Runs apply with so many declared processes, spread evenly over so many instances: each size once. */
export async function applyScale(root: string): Promise<ScaleRow[]> {
  const rows: ScaleRow[] = [];
  for (const [processes, instances] of sizes) rows.push(await measure(root, processes, instances));
  return rows;
}

async function measure(root: string, processes: number, instances: number): Promise<ScaleRow> {
  const emulator = await startEmulator();
  try {
    const options = { root, ...prepare(emulator, processes, instances), timeoutMs: 600_000 };
    const create = await runOnce(emulator, options, `${processes}`, 'created');
    const unchanged = await runOnce(emulator, options, `${processes}`, 'unchanged');
    return { processes, instances, create, unchanged };
  } finally {
    await emulator.close();
  }
}

export interface FleetRow {
  readonly environments: number;
  readonly create: ScaleRun;
  readonly unchanged: ScaleRun;
}

/** Runs apply, with a deployment for each environment, on so many environments, within the limits of the service. */
export async function fleetScale(root: string): Promise<FleetRow[]> {
  const rows: FleetRow[] = [];
  for (const environments of [1, 30, 100]) {
    const emulator = await startEmulator();
    emulator.cloud.rateLimits.enforced = true;
    emulator.cloud.options.deploymentTakes = 90_000;
    try {
      const { action } = fleetCase(environments, 'all new').prepare(emulator);
      const inputs = { token: emulator.token, 'api-url': emulator.url, redeploy: 'true' };
      const options = { root, ...action, inputs, time: emulator.time, timeoutMs: 600_000 };
      const count = String(3 * environments);
      const create = await runOnce(emulator, options, count, 'created');
      // A minute later the requests of the first run do not count any more.
      await new Promise<void>((resolve) => emulator.time.later(60_000, resolve));
      rows.push({ environments, create, unchanged: await runOnce(emulator, options, count, 'unchanged') });
    } finally {
      await emulator.close();
    }
  }
  return rows;
}

function prepare({ cloud, token, url }: Emulator, processes: number, instances: number): ActionOptions {
  const environment = cloud.addEnvironment(cloud.addApplication({ name: 'shop' }), { name: 'production' });
  const lines = ['instances:'];
  for (let index = 0; index < instances; index++) {
    const { name } = cloud.addInstance(environment, { name: `cluster-${index}`, type: 'service' });
    lines.push(`  ${name}:`);
    for (let process = index; process < processes; process += instances)
      lines.push(`    - { type: worker, config: { queue: q${process} } }`);
  }
  return {
    action: 'apply',
    inputs: { token, 'api-url': url, environment: environment.id },
    files: { '.github/background-processes.yml': `${lines.join('\n')}\n` },
  };
}

const usageHook = fileURLToPath(new URL('usage.cjs', import.meta.url));

async function runOnce(
  emulator: Emulator,
  options: ActionOptions,
  count: string,
  output: 'created' | 'unchanged',
): Promise<ScaleRun> {
  emulator.requests.length = 0;
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const file = join(folder, 'usage.json');
  const start = emulator.time.now();
  try {
    const env = { NODE_OPTIONS: `--require=${usageHook}`, BENCH_USAGE: file };
    const run = await runAction({ ...options, env });
    if (run.exitCode !== 0 || run.outputs[output] !== count) {
      throw new Error(
        `apply should have ${output} ${count}: ${JSON.stringify(run.outputs[output])}, ${run.errors.join()}`,
      );
    }
    const { maxRSS }: NodeJS.ResourceUsage = JSON.parse(readFileSync(file, 'utf8'));
    return {
      requests: emulator.requests.length,
      wallMs: run.durationMs,
      peakMiB: maxRSS / 1024,
      emulatedMs: emulator.time.now() - start,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
