import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { seedShop } from '../emulator/seed.ts';
import { startEmulator } from '../emulator/server.ts';

const script = fileURLToPath(new URL('../../scripts/try.ts', import.meta.url));

async function tryOut(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [script, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout, stderr, exitCode: await ended };
}

describe.concurrent('npm run try', () => {
  test('runs an action with inputs from the command line, and shows what it tells', async () => {
    const inputs = ['--environment', 'main', '--processes=2', '--dry-run'];
    const { stdout, exitCode } = await tryOut(['ensure', ...inputs]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^outcome +would-create$/m);
    expect(stdout).toContain('📝 Would create: worker default on App in production');
    expect(stdout).toMatch(/^GET .* -> 200$/m);
    expect(stdout).not.toMatch(/^::|add-mask/m);
  });

  test('shows errors as the log does, and ends as the step does', async () => {
    const { stdout, exitCode } = await tryOut(['forge/list', '--organization', 'acme', '--server', 'web-2']);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^Error: No server .* is named "web-2": .* Did you mean "web-1"\?/m);
  });

  test('uses an emulator that runs already, whose processes stay', async () => {
    const emulator = await startEmulator();
    seedShop(emulator);
    const env = { PORT: new URL(emulator.url).port };
    const args = ['apply', '--environment', 'main', '--manifest', 'scripts/demo-manifest.yml'];
    expect((await tryOut(args, env)).stdout).toMatch(/^created +2$/m);
    expect((await tryOut(args, env)).stdout).toMatch(/^outcome +unchanged$/m);
    await emulator.close();
  });

  test.each([
    [['aply'], 'There is no action "aply". Did you mean "apply"? The actions are ensure, apply, '],
    [['apply', '--enviroment', 'x'], `Unknown option '--enviroment'. Did you mean "environment"?`],
    [['apply', 'main'], '"main" is one argument too many. Usage: npm run try -- apply --<input> <value>'],
    [['forge/list', '--sort', '-user'], `use '--sort=-XYZ'`],
  ])('says what is wrong with %j', async (args, said) => {
    const { stderr, exitCode } = await tryOut(args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(said);
  });

  test('says when no emulator listens', async () => {
    const { stderr, exitCode } = await tryOut(['list'], { PORT: '1' });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      'No emulator listens on port 1. Start it in another terminal: npm run emulator -- --port 1',
    );
  });

  test('explains itself, and each action', async () => {
    const { stdout } = await tryOut(['--help']);
    for (const name of ['ensure', 'apply', 'forge/restart'])
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    const help = (await tryOut(['delete', '--help'])).stdout;
    expect(help).toMatch(/^ {2}--if-missing \(default: ignore\)\n {6}What to do/m);
    for (const line of help.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(100);
  });
});
