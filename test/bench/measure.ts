import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runAction } from '../e2e/harness/run-action.ts';
import { seedShop } from '../emulator/seed.ts';
import type { Emulator } from '../emulator/server.ts';
import { prepareScenario, type Scenario } from '../scenarios/scenario.ts';

/** What one process used, from its start to its exit. */
export interface Usage {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMiB: number;
}

interface ResourceUsage {
  readonly userCPUTime: number;
  readonly systemCPUTime: number;
  readonly maxRSS: number;
}

const usageHook = new URL('usage.mjs', import.meta.url).href;
const loadedHook = new URL('loaded.mjs', import.meta.url).href;

/** Runs a scenario once, in a world of its own. */
export async function measureScenario(scenario: Scenario): Promise<Usage> {
  const { emulator, options } = await prepareScenario(scenario);
  try {
    return await measured(async (file) => {
      const env = { ...options.env, NODE_OPTIONS: `--import=${usageHook}`, BENCH_USAGE: file };
      const run = await runAction({ ...options, env });
      if (run.exitCode !== 0)
        throw new Error(`${scenario.action}, ${scenario.title}: ${run.errors.join('\n')}`);
      return run.durationMs;
    });
  } finally {
    await emulator.close();
  }
}

/** Runs the bare script once against an emulator. */
export async function measureBare(emulator: Emulator): Promise<Usage> {
  const { instance } = seedShop(emulator);
  return await measured(async (file) => {
    const started = performance.now();
    const child = spawn(process.execPath, [fileURLToPath(new URL('bare.mjs', import.meta.url))], {
      env: {
        BARE_API_URL: emulator.url,
        BARE_INSTANCE: instance.id,
        BARE_TOKEN: emulator.token,
        NODE_OPTIONS: `--import=${usageHook}`,
        BENCH_USAGE: file,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exitCode = await new Promise((resolve) => child.once('close', resolve));
    if (exitCode !== 0) throw new Error(`The bare script ended with ${exitCode}`);
    return performance.now() - started;
  });
}

/** The files of the repository that a scenario's process loads. */
export async function filesLoaded(scenario: Scenario): Promise<string[]> {
  const { emulator, options } = await prepareScenario(scenario);
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const file = join(folder, 'loaded.json');
  try {
    const env = { ...options.env, NODE_OPTIONS: `--import=${loadedHook}`, BENCH_LOADED: file };
    await runAction({ ...options, env });
    const urls: string[] = JSON.parse(readFileSync(file, 'utf8'));
    return urls.map((url) => fileURLToPath(url));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await emulator.close();
  }
}

async function measured(run: (file: string) => Promise<number>): Promise<Usage> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const file = join(folder, 'usage.json');
  try {
    const wallMs = await run(file);
    const { userCPUTime, systemCPUTime, maxRSS }: ResourceUsage = JSON.parse(readFileSync(file, 'utf8'));
    return { wallMs, cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMiB: maxRSS / 1024 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
