import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runAction } from '../e2e/harness/run-action.ts';
import { rootScenarios } from '../scenarios/root.ts';
import { prepareScenario, type Scenario } from '../scenarios/scenario.ts';

const hook = fileURLToPath(new URL('modules-of-node.cjs', import.meta.url));

/** Each takes one to thirty milliseconds to load, and is only ever loaded by oversight. */
const heavy = ['http2', 'internal/deps/undici/undici', 'stream/web', 'vm', 'worker_threads'];

test.each(
  rootScenarios
    .filter(({ costs }) => costs !== undefined)
    .map((scenario) => [scenario.title, scenario] as const),
)('the root action loads no module of Node.js that it does not need: %s', async (_, scenario) => {
  const loaded = await modulesOfNode(scenario);
  expect(loaded).toContain('net');
  expect(heavy.filter((name) => loaded.includes(name))).toEqual([]);
});

async function modulesOfNode(scenario: Scenario): Promise<string[]> {
  const { emulator, options } = await prepareScenario(scenario);
  const folder = mkdtempSync(join(tmpdir(), 'modules-'));
  const file = join(folder, 'modules.json');
  try {
    await runAction({
      ...options,
      time: emulator.time,
      env: { ...options.env, NODE_OPTIONS: `--require=${hook}`, MODULES_OF_NODE: file },
    });
    const names: string[] = JSON.parse(readFileSync(file, 'utf8'));
    return names.flatMap((name) => (name.startsWith('NativeModule ') ? [name.slice(13)] : []));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await emulator.close();
  }
}
