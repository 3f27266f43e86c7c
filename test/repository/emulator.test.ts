import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { REPOSITORY_ROOT } from '../e2e/harness/run-action.ts';

const folder = mkdtempSync(join(tmpdir(), 'emulator-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

test('the emulator that is started for the steps of a job answers after its starter has ended', async () => {
  const starter = join(REPOSITORY_ROOT, 'scripts/start-emulator.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [starter, join(folder, 'log')]);
  const { 'api-url': url = '', pid } = Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')),
  );
  try {
    expect((await fetch(`${url}/applications`)).status).toBe(401);
  } finally {
    process.kill(Number(pid));
  }
});
