import { describe, expect, test } from 'vitest';
import { actionIn, repository } from '../../scripts/repository.ts';
import { problemsOf } from './check-workflow.ts';
import { type Example, examplesInDocumentation, ownWorkflows } from './documents.ts';
import { stepsOf, workflowIn } from './steps.ts';

const documented = examplesInDocumentation();
const own = ownWorkflows();
const all = [...documented, ...own];
const pathIn = ({ where }: Example) => where.replace(/:\d+$/, '');

/** The other workflows of the same document, or of the repository, which one may call. */
function companions(example: Example): Example[] {
  if (own.includes(example)) return own.filter((other) => other !== example);
  return documented.filter((other) => other !== example && pathIn(other) === pathIn(example));
}

describe('every workflow and every list of steps', () => {
  test.each(all)(
    '$where is one that GitHub accepts, with what our actions take and give',
    async (example) => {
      expect(await problemsOf(example, companions(example))).toEqual([]);
    },
  );

  test('names the actions of others by a full commit and its version', () => {
    const references = all.flatMap(({ where, text }) =>
      [...text.matchAll(/uses: (?!\.)(.*)$/gm)].map(([, reference = '']) => ({ where, reference })),
    );
    for (const { where, reference } of references) {
      if (actionIn(reference) !== undefined) continue;
      expect(reference, where).toMatch(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  test('in the documentation takes the token of each step from the secrets', () => {
    for (const example of documented)
      for (const { uses = '', with: inputs } of stepsOf(example)) {
        if (actionIn(uses) === undefined) continue;
        const secret = expect.stringMatching(/^\$\{\{ secrets\.[\w-]+ \}\}$/);
        expect(inputs, `${uses} in ${example.where}`).toHaveProperty('token', secret);
      }
  });
});

describe('every workflow', () => {
  test('asks for no more than the permissions that it names', () => {
    for (const example of all.filter(({ kind }) => kind === 'workflow')) {
      const { permissions, jobs } = workflowIn(example);
      const granted =
        permissions === undefined ? Object.values(jobs).map((job) => job.permissions) : [permissions];
      for (const each of granted) expect(each, example.where).toBeTypeOf('object');
    }
  });

  test('of our own reads only, unless a job says otherwise, and ends in time', () => {
    for (const example of own) {
      const { permissions, concurrency, jobs } = workflowIn(example);
      expect(permissions, example.where).toEqual({ contents: 'read' });
      expect(concurrency, example.where).toBeDefined();
      // A job that calls a workflow ends when that one's jobs do.
      for (const [name, job] of Object.entries(jobs)) {
        if (job.uses === undefined)
          expect(job['timeout-minutes'], `${name} in ${example.where}`).toBeTypeOf('number');
      }
    }
  });
});

describe('the check of workflows', () => {
  const step = (lines: string): Example => ({
    where: 'here',
    kind: 'steps',
    text: `- id: process\n  uses: ${repository}@v1\n  with:\n    environment: main\n${lines}`,
  });

  test.each([
    ['a misspelt input', '    comand: php artisan reverb:start\n', "Invalid action input 'comand'"],
    [
      'an output that does not exist',
      `- run: echo "\${{ steps.process.outputs.proces-id }}"\n`,
      'Context access might be invalid: proces-id',
    ],
    [
      'an action that does not exist',
      `- uses: ${repository}/lst@v1\n`,
      `Unable to resolve action \`${repository}/lst@v1\``,
    ],
    ['a key that a step does not have', '- run: true\n  whith: {}\n', "Unexpected value 'whith'"],
  ])('reports %s', async (_, lines, message) => {
    expect(await problemsOf(step(lines))).toEqual(expect.arrayContaining([expect.stringContaining(message)]));
  });

  test('reports an input that a called workflow does not have', async () => {
    const called: Example = {
      where: 'here',
      kind: 'workflow',
      text: '# .github/workflows/called.yml\non:\n  workflow_call:\n    inputs:\n      queue: { type: string }\njobs:\n  a: { runs-on: ubuntu-latest, steps: [{ run: "true" }] }\n',
    };
    const caller = (input: string): Example => ({
      where: 'here',
      kind: 'workflow',
      text: `on: push\njobs:\n  a:\n    uses: ./.github/workflows/called.yml\n    with:\n      ${input}: high\n`,
    });
    expect(await problemsOf(caller('queue'), [called])).toEqual([]);
    expect(await problemsOf(caller('queu'), [called])).not.toEqual([]);
  });
});
