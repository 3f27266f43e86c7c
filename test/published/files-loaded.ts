import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runAction } from '../e2e/harness/run-action.ts';
import { prepareScenario, type Scenario } from '../scenarios/scenario.ts';

const hook = new URL('loaded.mjs', import.meta.url).href;

/** The files that a scenario's process loads. */
export async function filesLoaded(scenario: Scenario): Promise<string[]> {
  const { emulator, options } = await prepareScenario(scenario);
  const folder = mkdtempSync(join(tmpdir(), 'loaded-'));
  const file = join(folder, 'loaded.json');
  try {
    const env = { ...options.env, NODE_OPTIONS: `--import=${hook}`, FILES_LOADED: file };
    await runAction({ ...options, env });
    const urls: string[] = JSON.parse(readFileSync(file, 'utf8'));
    return urls.map((url) => fileURLToPath(url));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await emulator.close();
  }
}
