import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { actionFolders } from '../../scripts/action-folders.ts';
import { REPOSITORY_ROOT, runAction } from '../e2e/harness/run-action.ts';
import { scenarios } from '../scenarios/all.ts';
import { prepareScenario } from '../scenarios/scenario.ts';

// What GitHub packs for a tag, and the runner unpacks for every job.

const folders = await actionFolders();
const temp = mkdtempSync(join(tmpdir(), 'archive-'));
const unpacked = join(temp, 'unpacked');

beforeAll(() => pack(REPOSITORY_ROOT, temp));
afterAll(() => rmSync(temp, { recursive: true, force: true }));

test('it holds what a run needs, and nothing else', () => {
  const parts = new Set(folders.map((folder) => folder.split('/')[0] ?? '').filter((part) => part !== ''));
  const expected = ['LICENSE', 'action.yml', 'dist', ...parts];
  expect(readdirSync(unpacked).sort()).toEqual(expected.sort());
});

test('its bundle is the one that is checked in', () => {
  for (const file of readdirSync(join(REPOSITORY_ROOT, 'dist'))) {
    const packed = readFileSync(join(unpacked, 'dist', file));
    expect(packed.equals(readFileSync(join(REPOSITORY_ROOT, 'dist', file))), file).toBe(true);
  }
});

test('a job downloads at most 160 kB', () => {
  const archive = readFileSync(join(temp, 'archive.tar'));
  expect(gzipSync(archive, { level: 9 }).length).toBeLessThanOrEqual(160_000);
});

test.each(folders)('the action in "%s" does its work out of it', async (folder) => {
  const scenario = scenarios.find(({ action }) => action === (folder === '' ? '.' : folder));
  if (scenario === undefined) throw new Error('It has no scenario');
  const { emulator, options } = await prepareScenario(scenario);
  try {
    const { exitCode, errors } = await runAction({ ...options, root: unpacked });
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: [] });
  } finally {
    await emulator.close();
  }
});

/** Packs the files that git tracks, as they are now, as `git archive` would after a commit, and unpacks that. */
function pack(tree: string, temp: string): void {
  const git = (environment: NodeJS.ProcessEnv, input: string, ...args: string[]): string =>
    execFileSync('git', args, {
      cwd: tree,
      env: { ...process.env, ...environment },
      input,
      encoding: 'utf8',
    });
  const apart = { GIT_DIR: join(temp, 'git'), GIT_WORK_TREE: tree, GIT_INDEX_FILE: join(temp, 'index') };
  git(apart, '', 'init', '--quiet');
  git(apart, git({}, '', 'ls-files', '-z'), 'update-index', '--add', '--remove', '-z', '--stdin');
  const packed = join(temp, 'archive.tar');
  git(apart, '', 'archive', '--prefix=unpacked/', `--output=${packed}`, git(apart, '', 'write-tree').trim());
  // By its name alone: some tars take the colon of a Windows path for a host.
  execFileSync('tar', ['-xf', 'archive.tar'], { cwd: temp });
}
