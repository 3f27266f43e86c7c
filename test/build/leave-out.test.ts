import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { leaveOut } from '../../scripts/leave-out.ts';
import type { LeftOut } from '../../scripts/left-out.ts';

const heavy: LeftOut = {
  module: 'library/lib/heavy',
  by: 'library',
  why: 'nobody lifts it',
  instead: `module.exports = 'a stand-in';`,
};

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'leave-out-'));
  write('main.js', `import library from 'library';\nconsole.log(library);`);
  write('node_modules/library/package.json', '{ "main": "lib/index.js" }');
  write('node_modules/library/lib/index.js', `module.exports = require('./heavy.js');`);
  write('node_modules/library/lib/heavy.js', `module.exports = 'heavy';`);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a stand-in takes the place of a file that a library imports', async () => {
  const code = await bundled([heavy]);
  expect(code).toContain('a stand-in');
  expect(code).not.toContain(`'heavy'`);
});

test('a folder is left out by its name', async () => {
  write('node_modules/library/lib/index.js', `module.exports = require('./heavy');`);
  write('node_modules/library/lib/heavy/index.js', `module.exports = 'heavy';`);
  rmSync(inTree('node_modules/library/lib/heavy.js'));
  expect(await bundled([heavy])).toContain('a stand-in');
});

describe('The build fails, and says what to do', () => {
  const whatToDo =
    'library must have changed: see what takes that place in it now, then correct or remove the entry in scripts/left-out.ts.';

  test('when what is left out is not there any more', async () => {
    renameSync(inTree('node_modules/library/lib/heavy.js'), inTree('node_modules/library/lib/weighty.js'));
    await expect(bundled([heavy])).rejects.toThrow(
      `dist is built without library/lib/heavy (nobody lifts it), but it is not there any more. ${whatToDo}`,
    );
  });

  test('when nothing imports it any more', async () => {
    write('node_modules/library/lib/index.js', `module.exports = 'light';`);
    await expect(bundled([heavy])).rejects.toThrow(
      `dist is built without library/lib/heavy (nobody lifts it), but nothing that is bundled imports it any more. ${whatToDo}`,
    );
  });
});

async function bundled(list: readonly LeftOut[]): Promise<string> {
  const build = await rolldown({
    cwd: folder,
    input: 'main.js',
    platform: 'node',
    plugins: [leaveOut(list)],
    logLevel: 'silent',
  });
  const { output } = await build.generate({ format: 'cjs', comments: false });
  return output[0].code;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(inTree(path)), { recursive: true });
  writeFileSync(inTree(path), text);
}

function inTree(path: string): string {
  return join(folder, path);
}
