import { afterAll, beforeAll, expect, test } from 'vitest';
import { actionIn } from '../../scripts/repository.ts';
import { runAction } from '../e2e/harness/run-action.ts';
import { type Emulator, startEmulator } from '../emulator/server.ts';
import { examplesInDocumentation } from './documents.ts';
import { stepsOf } from './steps.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.close());

/** Steps whose values are all written out; what an expression would be is known only to GitHub. */
const steps = examplesInDocumentation().flatMap((example) =>
  stepsOf(example).flatMap(({ uses = '', with: { token, ...inputs } = {} }) => {
    const action = actionIn(uses);
    const written = Object.values(inputs).every((value) => !String(value).includes('${{'));
    return action === undefined || !written ? [] : [{ where: example.where, action, inputs: texts(inputs) }];
  }),
);

test('there are such steps, the first one of the README among them', () => {
  expect(steps[0]?.where).toMatch(/^README\.md:/);
});

test.each(steps)(
  'the step "$action" in $where has inputs that the action takes',
  async ({ action, inputs }) => {
    const token = 'a-token-that-nobody-knows';
    const { errors } = await runAction({
      action,
      inputs: { ...inputs, token, 'api-url': emulator.url },
      files: manifestFor(action, inputs),
    });
    // So the inputs are right, and the first request was sent.
    expect(errors).toEqual([expect.stringContaining('answered 401')]);
  },
);

/** The file that the step of an `apply` reads; what may be in one has documents of its own. */
function manifestFor(action: string, inputs: Record<string, string>): Record<string, string> {
  const [file, text] =
    action === 'forge/apply'
      ? ['.github/forge-processes.yml', 'servers: { web-1: [] }']
      : ['.github/background-processes.yml', 'instances: { App: [] }'];
  return { [inputs['manifest'] ?? file]: text };
}

function texts(inputs: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, String(value)]));
}
