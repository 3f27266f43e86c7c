import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Ran {
  /** The exit code, or the name of the error if the process could not be started. */
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in the root folder of the repository. */
export function run(program: string, args: readonly string[], env = process.env): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd: root, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
}

/** Runs a script of the repository with this Node.js. */
export function runNode(script: string, args: readonly string[] = [], env = process.env): Promise<Ran> {
  // Without warnings: npm has one Node.js 24 for a Mac with Apple silicon, and 24.0 warns of reading TypeScript.
  return run(process.execPath, ['--no-warnings', script, ...args], { ...env, FORCE_COLOR: '0' });
}
