import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { firstStep } from '../../scripts/first-step.ts';
import { repository } from '../../scripts/repository.ts';
import { REPOSITORY_ROOT } from '../e2e/harness/run-action.ts';
import { readDocument } from './documents.ts';

test('npm start runs the first step of the README: it creates a process, then finds it', async () => {
  const script = join(REPOSITORY_ROOT, 'scripts/demo.ts');
  // Ends with an error if the script does not exit with 0.
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  const { text } = firstStep(readDocument('README.md'));
  expect(stdout).toContain(text);
  expect(stdout).toMatch(/^outcome +created$/m);
  expect(stdout).toMatch(/^process-id +process-[0-9a-f-]{36}$/m);
  expect(stdout).toMatch(/^outcome +unchanged$/m);
  expect(stdout.match(/^POST .* -> 201$/gm)).toHaveLength(1);
});

describe('the first step', () => {
  const fence = (text: string) => `# Title\n\n\`\`\`yaml\n${text}\`\`\`\n`;

  test('is found in a list of steps and in a whole workflow', () => {
    const step = `uses: ${repository}@v1\n`;
    const inList = fence(`- run: "true"\n- ${step}  with: { processes: 2 }\n`);
    expect(firstStep(inList).inputs).toEqual({ processes: '2' });
    const inWorkflow = fence(
      `on: push\njobs:\n  a:\n    steps:\n      - ${step}        with: { processes: 3 }\n`,
    );
    expect(firstStep(inWorkflow).inputs).toEqual({ processes: '3' });
  });

  test('is missed when there is none', () => {
    expect(() => firstStep(fence(`- uses: ${repository}/list@v1\n`))).toThrow('README.md shows no step');
  });
});
