import { expect, test } from 'vitest';
import { firstStep } from '../../scripts/first-step.ts';
import { runNode } from '../support/run.ts';
import { readDocument } from './documents.ts';

/** What the demonstration prints. It ends with an error if something is not as it should be. */
async function demo(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runNode('scripts/demo.ts', args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

test('npm start shows the first step of the README in three acts, a plan, and a process that keeps exiting', async () => {
  const stdout = await demo();
  const { text } = firstStep(readDocument('README.md'));
  expect(stdout).toContain(text.trim());
  expect(stdout).toMatch(/^✔ created: 2 processes of .*, and deployed \(\d+ requests, 2 of them writes\)$/m);
  expect(stdout).toMatch(/^✔ unchanged: 2 processes of .* \(\d+ requests, none of them a write\)$/m);
  expect(stdout).toMatch(/^✔ updated: processes 2 → 3, and deployed \(\d+ requests, 2 of them writes\)$/m);
  for (const sign of ['\\+', '!', '-'])
    expect(stdout).toMatch(new RegExp(`^${sign} \\w+ .*php artisan|^${sign} .*worker`, 'm'));
  expect(stdout).toMatch(/php artisan horizon.* exited \d+ times/);
  expect(stdout).toMatch(/^✔ stable: false: the step fails/m);
  expect(stdout).not.toContain('GET /');
  expect(stdout.trim().split('\n').at(-1)).toMatch(
    /npm run try -- apply --environment main --manifest \S+\.yml$/,
  );
});

test('npm start -- --verbose shows logs, outputs and requests as well', async () => {
  const stdout = await demo('--verbose');
  expect(stdout).toMatch(/^outcome +created$/m);
  expect(stdout).toMatch(/^process-id +process-[0-9a-f-]{36}$/m);
  expect(stdout.match(/^POST .*background-processes .* -> 201$/gm)).toHaveLength(2);
});
