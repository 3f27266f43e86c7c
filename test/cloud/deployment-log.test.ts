import { describe, expect, test } from 'vitest';
import { asPrinted, readFailingStep } from '../../src/cloud/deployments.ts';
import { json, scriptedClient } from '../support/test-client.ts';

describe('the step at which a deployment failed', () => {
  const pulled = { step: 'pull', description: 'Pull the image', status: 'completed', output: 'ok' };
  const silent = { step: 'wait', description: null, status: 'completed', output: '' };
  const failed = (status: string) => ({ step: 'build', description: 'npm run build', status, output: 'oh' });
  const build = { name: 'npm run build', output: 'oh' };

  test.each<[string, readonly unknown[] | null | undefined, readonly unknown[] | null | undefined, unknown]>([
    ['says that it failed', [failed('failed'), pulled], [pulled], { ...build, status: 'failed' }],
    ['says that it has an error', [failed('Error'), pulled], [], { ...build, status: 'Error' }],
    ['was cancelled', [pulled], [failed('cancelled'), pulled], { ...build, status: 'cancelled' }],
    [
      'is the last one that failed',
      [failed('failed')],
      [{ ...pulled, status: 'failed' }],
      { name: 'Pull the image', status: 'failed', output: 'ok' },
    ],
    [
      'is the last one that printed something, where none says that it failed',
      [pulled],
      [silent],
      { name: 'Pull the image', status: 'completed', output: 'ok' },
    ],
    [
      'is named by its short name, where it has no description',
      null,
      [{ step: 'migrate', output: 'a\r\nb' }],
      { name: 'migrate', status: 'unknown', output: 'a\nb' },
    ],
    [
      'may have no name',
      [{ output: null, status: 'failed' }],
      undefined,
      { name: 'a step without a name', status: 'failed', output: '' },
    ],
    ['is not known, where none printed anything', [silent], [{}], undefined],
    ['is not known, where there is no step', undefined, null, undefined],
  ])('%s', async (_, build, deploy, step) => {
    const data = { build: { steps: build }, ...(deploy === undefined ? {} : { deploy: { steps: deploy } }) };
    const { client, clock, transport } = scriptedClient([json(200, { data })]);
    expect(await clock.run(readFailingStep(client, 'depl-1'))).toEqual(step);
    expect(transport.asked).toEqual(['GET /api/deployments/depl-1/logs']);
  });

  test('is not known, where the deployment has not begun', async () => {
    const { client, clock } = scriptedClient([json(200, { data: { build: null, deploy: null } })]);
    expect(await clock.run(readFailingStep(client, 'depl-1'))).toBeUndefined();
  });
});

test.each([
  ['escapes', '\u001b[90m. \u001b[39m \u001b[32;1mDONE \u001b[39;22m', '.  DONE '],
  ['a line that overwrites itself', 'a\r\n10 %\r50 %\r100 %\nb', 'a\n100 %\nb'],
  ['a line that ends with a carriage return', '10 %\r100 %\r\nb', '100 %\nb'],
  ['a line that is cleared in the end', '10 %\r  \n', '10 %\n'],
])('what a step has printed is shown as a terminal shows it in the end: %s', (_, output, shown) => {
  expect(asPrinted(output)).toBe(shown);
});
