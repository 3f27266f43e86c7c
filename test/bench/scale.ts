import { type ActionOptions, runAction } from '../e2e/harness/run-action.ts';
import { type Emulator, startEmulator } from '../emulator/server.ts';
import { fleetCase } from './cases.ts';
import { usageOf } from './measure.ts';

/** One row: what apply makes of so many declared processes, at first and once more. */
export type ScaleRow = readonly [world: string, created: string, unchanged: string];

const sizes: readonly (readonly [processes: number, instances: number])[] = [
  [10, 1],
  [100, 1],
  [100, 10],
  [1_000, 1],
  [1_000, 10],
  [1_000, 100],
  [5_000, 10],
];

/** Runs apply with so many declared processes, spread evenly over so many instances, with no limit of rate. */
export async function applyScale(root: string): Promise<ScaleRow[]> {
  const rows: ScaleRow[] = [];
  for (const [processes, instances] of sizes) {
    const title = `${processes} processes on ${instances} instances`;
    rows.push(
      await twice(title, processes, (emulator) => ({ root, ...layOut(emulator, processes, instances) })),
    );
  }
  return rows;
}

/** Runs apply, with a deployment for each environment of three processes, within the limits of the service. */
export async function fleetScale(root: string): Promise<ScaleRow[]> {
  const rows: ScaleRow[] = [];
  for (const environments of [1, 30, 100])
    rows.push(
      await twice(`${environments} environments`, 3 * environments, (emulator) => {
        emulator.cloud.rateLimits.enforced = true;
        emulator.cloud.options.deploymentTakes = 90_000;
        const { action } = fleetCase(environments, 'all new').prepare(emulator);
        return { root, ...action, inputs: { redeploy: 'true' }, time: emulator.time };
      }),
    );
  return rows;
}

function layOut({ cloud }: Emulator, processes: number, instances: number) {
  const environment = cloud.addEnvironment(cloud.addApplication({ name: 'shop' }), { name: 'production' });
  const lines = ['instances:'];
  for (let index = 0; index < instances; index++) {
    const { name } = cloud.addInstance(environment, { name: `cluster-${index}`, type: 'service' });
    lines.push(`  ${name}:`);
    for (let process = index; process < processes; process += instances)
      lines.push(`    - { type: worker, config: { queue: q${process} } }`);
  }
  const files = { '.github/background-processes.yml': `${lines.join('\n')}\n` };
  return { action: 'apply', inputs: { environment: environment.id }, files };
}

async function twice(
  world: string,
  count: number,
  prepare: (emulator: Emulator) => ActionOptions,
): Promise<ScaleRow> {
  const emulator = await startEmulator();
  try {
    const { inputs, ...options } = prepare(emulator);
    const reach = { token: emulator.token, 'api-url': emulator.url };
    const once = async (output: 'created' | 'unchanged') => {
      emulator.requests.length = 0;
      const start = emulator.time.now();
      const { result, used } = await usageOf((env) =>
        runAction({ ...options, inputs: { ...reach, ...inputs }, env, timeoutMs: 600_000 }),
      );
      if (result.outputs[output] !== String(count))
        throw new Error(`${world}: ${output} ${result.outputs[output]}, ${result.errors.join()}`);
      const seconds = (emulator.time.now() - start) / 1000;
      return `${emulator.requests.length} requests, ${seconds.toFixed(1)} s, ${(used.maxRSS / 1024).toFixed(0)} MiB`;
    };
    const created = await once('created');
    // A minute later the requests of the first run do not count any more.
    if (options.time) await new Promise<void>((resolve) => emulator.time.later(60_000, resolve));
    return [world, created, await once('unchanged')];
  } finally {
    await emulator.close();
  }
}
