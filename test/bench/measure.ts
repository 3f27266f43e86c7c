import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runAction } from '../e2e/harness/run-action.ts';
import { type Emulator, startEmulator } from '../emulator/server.ts';
import type { Certificate } from '../support/certificate.ts';
import { openWay } from '../support/way.ts';
import type { BenchCase } from './cases.ts';

/** What one process used, from its start to its exit, and what it made of the network. */
export interface Usage {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMiB: number;
  readonly connections: number;
  readonly requests: number;
  /** How many requests followed one another; only a slow way tells. */
  readonly depth: number;
}

/** The way to the API that is measured. */
export interface Setting {
  readonly certificate: Certificate | undefined;
  /** Milliseconds. */
  readonly roundTrip: number;
}

const usageHook = fileURLToPath(new URL('usage.cjs', import.meta.url));
const bareScript = fileURLToPath(new URL('bare.cjs', import.meta.url));

/** Runs a case's action once, in a world of its own; `root` is where the actions are. */
export async function measureAction(benchCase: BenchCase, setting: Setting, root: string): Promise<Usage> {
  return await measured(benchCase, setting, async (prepared, apiUrl, token, env) => {
    const { inputs, ...action } = prepared.action;
    const run = await runAction({ ...action, root, env, inputs: { token, 'api-url': apiUrl, ...inputs } });
    if (run.exitCode !== 0) throw new Error(`${benchCase.title}: ${run.errors.join('\n')}`);
    return run.durationMs;
  });
}

/** Runs the bare script once that does the same. */
export async function measureBare(benchCase: BenchCase, setting: Setting): Promise<Usage> {
  return await measured(benchCase, setting, async ({ bare }, apiUrl, token, env) => {
    const started = performance.now();
    const child = spawn(process.execPath, [bareScript, bare.find, String(bare.create)], {
      env: { ...env, BARE_API_URL: apiUrl, BARE_INSTANCE: bare.instance, BARE_TOKEN: token },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exitCode = await new Promise((resolve) => child.once('close', resolve));
    if (exitCode !== 0) throw new Error(`The bare script ended with ${exitCode}`);
    return performance.now() - started;
  });
}

async function measured(
  benchCase: BenchCase,
  { certificate, roundTrip }: Setting,
  run: (
    prepared: ReturnType<BenchCase['prepare']>,
    apiUrl: string,
    token: string,
    env: Record<string, string>,
  ) => Promise<number>,
): Promise<Usage> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const file = join(folder, 'usage.json');
  const emulator = await startEmulator();
  await using way = await openWay(emulator.origin, roundTrip, certificate);
  try {
    const trust = certificate === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificate.file };
    const env = { NODE_OPTIONS: `--require=${usageHook}`, BENCH_USAGE: file, ...trust };
    const wallMs = await run(benchCase.prepare(emulator), `${way.origin}/api`, emulator.token, env);
    const used: NodeJS.ResourceUsage = JSON.parse(readFileSync(file, 'utf8'));
    return {
      wallMs,
      cpuMs: (used.userCPUTime + used.systemCPUTime) / 1000,
      peakMiB: used.maxRSS / 1024,
      connections: way.connections(),
      requests: emulator.requests.length,
      depth: depthOf(emulator, roundTrip),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await emulator.close();
  }
}

/** A request follows another one that has arrived a round trip before it. */
function depthOf({ requests }: Emulator, roundTrip: number): number {
  const depths: { readonly depth: number; readonly at: number }[] = [];
  for (const { at } of requests) {
    const before = depths.filter((earlier) => earlier.at + 0.9 * roundTrip <= at);
    depths.push({ at, depth: 1 + Math.max(0, ...before.map(({ depth }) => depth)) });
  }
  return Math.max(0, ...depths.map(({ depth }) => depth));
}
