import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const step = JSON.stringify(new URL('../../src/runner/step.ts', import.meta.url).href);

test('a step whose work never ends fails, though nothing is left to wait for', () => {
  const script = `import { runStep } from ${step}; runStep('A step', () => new Promise(() => {}));`;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  expect({ status, stdout }).toEqual({
    status: 1,
    stdout: expect.stringMatching(/^::error title=A step::The step ended before its work was done\. /),
  });
});
