import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { runNode } from '../support/run.ts';

const scripts = [
  ...Object.values(packageJson.scripts).flatMap((command) => /^node (\S+\.ts)$/.exec(command)?.[1] ?? []),
  'scripts/move-tag.ts',
  'scripts/start-emulator.ts',
];

describe.concurrent.each(scripts)('%s', (script) => {
  test('shows its help with --help, and nothing else', async () => {
    const { code, stdout, stderr } = await runNode(script, ['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^[A-Z][\s\S]{30,}\n\n {2}(npm (run|start)|node scripts\/).*\n$/);
  });

  test('says in one line that an option is wrong, and does nothing', async () => {
    const { code, stdout, stderr } = await runNode(script, ['--no-such-option']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Unknown option '--no-such-option'\. Usage: .*\n$/);
  });
});

describe.concurrent('what is wrong is said in one line', () => {
  test.each([
    [
      'test/emulator/serve.ts',
      ['--port', 'abc'],
      '"abc" is not a port: write a whole number from 0 to 65535',
    ],
    ['test/emulator/serve.ts', [], '"abc" is not a port', { ...process.env, PORT: 'abc' }],
    ['scripts/check-workflows.ts', [], 'actionlint is not installed. ', { PATH: '/nowhere' }],
    ['scripts/pictures.ts', [], 'There is no Chromium ', { PATH: '/nowhere' }],
    ['scripts/demo.ts', ['--verbos'], `Unknown option '--verbos'. Did you mean "verbose"?`],
    ['scripts/build.ts', ['dist'], '"dist" is one argument too many. Usage: npm run build'],
    ['scripts/set-owner.ts', [], 'Usage: npm run set-owner -- <your-name>'],
    ['scripts/set-owner.ts', ['a b'], '"a b" is not a name that GitHub gives to an account'],
    ['test/bench/bench.ts', ['abc'], '"abc" is not a number of pairs: write a whole number, 1 or more'],
    ['test/bench/bench.ts', ['0'], '"0" is not a number of pairs'],
    ['test/bench/bench.ts', ['1', 'nothing'], 'No case has "nothing" in its title. The cases are create, '],
    ['test/model/soak.ts', ['--runs', 'abc'], '"abc" is not a number of runs'],
  ] as [string, string[], string, NodeJS.ProcessEnv?][])('%s %j', async (script, args, said, env) => {
    const { code, stdout, stderr } = await runNode(script, args, env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.split('\n')).toEqual([expect.stringContaining(said), '']);
  });
});
