import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runAction } from '../e2e/harness/run-action.ts';
import { rootScenarios } from '../scenarios/root.ts';
import { prepareScenario, type Scenario } from '../scenarios/scenario.ts';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const hook = fileURLToPath(new URL('loaded.cjs', import.meta.url));

/** Each takes one to thirty milliseconds to load, and is only ever loaded by oversight. */
const heavy = ['http2', 'internal/deps/undici/undici', 'stream/web', 'vm', 'worker_threads'];

test('all of dist is at most 450 kB, in at most 17 files', async () => {
  const files = await readdir(dist);
  expect(await bytesOf(files.map((name) => dist + name))).toBeLessThanOrEqual(450_000);
  expect(files.length).toBeLessThanOrEqual(17);
});

test.each(rootScenarios.filter(({ costs }) => costs !== undefined))(
  'the root action loads at most 190 kB, and no module of Node.js that it does not need: $title',
  async (scenario) => {
    const { files, modules } = await loadedBy(scenario);
    const ours = files.map((url) => fileURLToPath(url)).filter((file) => file.startsWith(dist));
    expect(ours.length).toBeGreaterThan(0);
    expect(await bytesOf(ours)).toBeLessThanOrEqual(190_000);
    expect(modules).toContain('NativeModule net');
    expect(heavy.filter((name) => modules.includes(`NativeModule ${name}`))).toEqual([]);
  },
);

/** What the process of a scenario loads. */
async function loadedBy(scenario: Scenario): Promise<{ files: string[]; modules: string[] }> {
  const { emulator, options } = await prepareScenario(scenario);
  const folder = mkdtempSync(join(tmpdir(), 'loaded-'));
  const file = join(folder, 'loaded.json');
  try {
    const env = { ...options.env, NODE_OPTIONS: `--require=${hook}`, LOADED: file };
    await runAction({ ...options, time: emulator.time, env });
    return JSON.parse(readFileSync(file, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await emulator.close();
  }
}

async function bytesOf(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
