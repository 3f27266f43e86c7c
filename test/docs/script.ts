import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Ran, run } from '../support/run.ts';

export interface ScriptRun {
  readonly exitCode: Ran['code'];
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
    const { code, stdout, stderr } = await run('bash', ['-e', join(folder, 'script.sh')], { PATH, ...env });
    const called = existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [];
    return { exitCode: code, output: stdout + stderr, calls: called };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
