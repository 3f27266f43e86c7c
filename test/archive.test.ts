import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REPOSITORY_ROOT, runAction } from './e2e/harness/run-action.ts';
import { scenarios } from './scenarios/all.ts';
import { prepareScenario } from './scenarios/scenario.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'archive-'));
  const archive = join(folder, 'archive.tar');
  // What GitHub serves to a runner: the commit without what .gitattributes marks as export-ignore.
  execFileSync('git', ['archive', '--format=tar', '--worktree-attributes', '-o', archive, 'HEAD'], {
    cwd: REPOSITORY_ROOT,
  });
  execFileSync('tar', ['-xf', archive, '-C', folder]);
  rmSync(archive);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('The archive that every job downloads', () => {
  test('holds what a run needs and little else', () => {
    expect(readdirSync(folder)).not.toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^(src|test|docs|scripts|patches|node_modules|\.github)$/),
      ]),
    );
    expect(bytesOf(folder)).toBeLessThan(850_000);
  });

  const first = new Map(scenarios.map((scenario) => [scenario.action, scenario] as const).reverse());
  test.each([...first])('runs the action in %s by itself', async (_, scenario) => {
    const { emulator, options } = await prepareScenario(scenario);
    try {
      const run = await runAction({ ...options, root: folder });
      expect(run.errors).toEqual([]);
      expect(run.exitCode).toBe(0);
    } finally {
      await emulator.close();
    }
  });
});

function bytesOf(path: string): number {
  if (!statSync(path).isDirectory()) return statSync(path).size;
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}
