import { readdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

import { rootScenarios } from '../scenarios/root.ts';
import { filesLoaded } from './files-loaded.ts';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));

describe('The bytes that every job downloads and every step loads stay within their budget', () => {
  test('all of dist is at most 450 kB, in at most 17 files', async () => {
    const files = await readdir(dist);
    expect(await bytesOf(files.map((name) => dist + name))).toBeLessThanOrEqual(450_000);
    expect(files.length).toBeLessThanOrEqual(17);
  });

  test.each(
    rootScenarios
      .filter(({ costs }) => costs !== undefined)
      .map((scenario) => [scenario.title, scenario] as const),
  )('what the root action loads is at most 190 kB: %s', async (_, scenario) => {
    const loaded = (await filesLoaded(scenario)).filter((file) => file.startsWith(dist));
    expect(loaded.length).toBeGreaterThan(0);
    expect(await bytesOf(loaded)).toBeLessThanOrEqual(190_000);
  });
});

async function bytesOf(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
