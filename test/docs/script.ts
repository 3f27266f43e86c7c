import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface ScriptRun {
  readonly exitCode: number;
  readonly output: string;
  /** The arguments of each call of a program that was given, such as `gh issue close 7`. */
  readonly calls: readonly string[];
}

/** Runs the script of a step as a runner does, with some programs in the place of the real ones. */
export async function runScript(
  script: string,
  env: Readonly<Record<string, string>>,
  programs: Readonly<Record<string, string>> = {},
): Promise<ScriptRun> {
  const folder = mkdtempSync(join(tmpdir(), 'script-'));
  const calls = join(folder, 'calls');
  try {
    for (const [name, body] of Object.entries(programs)) {
      const file = join(folder, name);
      writeFileSync(file, `#!/usr/bin/env bash\necho "${name} $*" >> "${calls}"\ncd "${folder}"\n${body}\n`);
      chmodSync(file, 0o755);
    }
    writeFileSync(join(folder, 'script.sh'), script);
    const PATH = `${folder}${delimiter}${process.env['PATH']}`;
    const { exitCode, output } = await ended(
      run('bash', ['-e', join(folder, 'script.sh')], { env: { PATH, ...env } }),
    );
    const called = existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [];
    return { exitCode, output, calls: called };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function ended(
  running: Promise<{ stdout: string; stderr: string }>,
): Promise<{ exitCode: number; output: string }> {
  try {
    const { stdout, stderr } = await running;
    return { exitCode: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = Object(error);
    if (typeof code !== 'number') throw error;
    return { exitCode: code, output: `${stdout}${stderr}` };
  }
}
