import { describe, expect, test } from 'vitest';
import { seedShop } from '../emulator/seed.ts';
import { startEmulator } from '../emulator/server.ts';
import { runNode } from '../support/run.ts';

/** Without the variables of this process, such as PORT. */
const tryOut = (args: readonly string[], env: Record<string, string> = {}) =>
  runNode('scripts/try.ts', args, { PATH: process.env['PATH'], ...env });

describe.concurrent('npm run try', () => {
  test('runs an action with inputs from the command line, and shows what it tells', async () => {
    const inputs = ['--environment', 'main', '--processes=2', '--dry-run'];
    const { stdout, code } = await tryOut(['ensure', ...inputs]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^outcome +would-create$/m);
    expect(stdout).toContain('📝 Would create: worker default on App in production');
    expect(stdout).toMatch(/^GET .* -> 200$/m);
    expect(stdout).not.toMatch(/^::|add-mask/m);
  });

  test('shows errors as the log does, and ends as the step does', async () => {
    const { stdout, code } = await tryOut(['forge/list', '--organization', 'acme', '--server', 'web-2']);
    expect(code).toBe(1);
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
    const { stderr, code } = await tryOut(args);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
  });

  test('says when no emulator listens', async () => {
    const { stderr, code } = await tryOut(['list'], { PORT: '1' });
    expect(code).toBe(2);
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
