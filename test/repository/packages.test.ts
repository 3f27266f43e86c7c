import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import packageLock from '../../package-lock.json' with { type: 'json' };
import { run } from '../support/run.ts';

test('every package of the lock file is known by its hash, and by no mirror', () => {
  const [, ...packages] = Object.entries<object>(packageLock.packages);
  expect(packages.filter(([, entry]) => !('integrity' in entry)).map(([name]) => name)).toEqual([]);
  expect(packages.filter(([, entry]) => 'resolved' in entry).map(([name]) => name)).toEqual([]);
});

test('Node.js 24 comes as a package for each system that npm has it for, and for no other', () => {
  const packages = Object.entries<string>(packageJson.optionalDependencies);
  for (const [name, version] of packages) {
    expect(name).toMatch(/^node-(bin-)?(darwin|linux|win)-(x64|arm64)$/);
    expect(version).toMatch(/^24\./);
    expect(packageLock.packages).toHaveProperty([`node_modules/${name}`, 'os']);
  }
});

describe('what needs the newest Node.js', () => {
  const asking = 'node scripts/require-node.cjs';
  const scripts = Object.entries<string>(packageJson.scripts);
  const needy = scripts.filter(([, command]) => /^(vitest|stryker)\b|\.ts$/.test(command));

  test.each(needy)('npm run %s asks for it first', (name) => {
    expect(scripts).toContainEqual([`pre${name}`, asking]);
  });

  const ask = (...options: string[]) => run(process.execPath, [...options, 'scripts/require-node.cjs']);

  test('is content with the one that runs the tests', async () => {
    expect(await ask()).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('says in one sentence what runs, and what to do', async () => {
    const old = `Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })`;
    expect(await ask('--import', `data:text/javascript,${encodeURIComponent(old)}`)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^This needs Node\.js 24 or newer, and 20\.20\.2 runs\. .*Install it: https.*\n$/,
      ),
    });
  });
});
