import { afterAll, beforeAll, expect, test } from 'vitest';
import { contractFile } from '../emulator/contract.ts';
import { type Prism, startPrism } from './harness/prism.ts';
import { runAction, type StepRun } from './harness/run-action.ts';

let prism: Prism;

beforeAll(async () => {
  prism = await startPrism(contractFile('laravel-cloud'));
});

afterAll(() => prism?.close());

// The ids and states of the contract's own examples, which are all that its server knows.
const instance = 'inst-5d7e9a10-3c2b-4f1a-8e6d-7c5b4a392817';
const worker = 'process-2c4b6a80-1d3f-4e5a-9c7b-8a6f5e4d3c2b';

async function run(inputs: Record<string, string>, action = '.'): Promise<StepRun> {
  return runAction({ action, inputs: { token: 'token-of-nobody', 'api-url': prism.url, ...inputs } });
}

const all = {
  connection: 'redis',
  queue: 'high,default',
  tries: 3,
  backoff: 5,
  sleep: 2,
  rest: 1,
  timeout: 90,
  force: true,
};

test.each<[string, Record<string, string>]>([
  ['a worker with every option', { processes: '10', 'config-json': JSON.stringify(all) }],
  ['a worker without options', {}],
  ['a custom process', { type: 'custom', command: 'php artisan my:command' }],
])('the request that creates %s honours the contract', async (_title, inputs) => {
  const step = await run({ instance, 'if-exists': 'create', ...inputs });

  expect(step.errors).toEqual([]);
  expect(step.outputs).toMatchObject({
    outcome: 'created',
    'process-id': expect.stringMatching(/^process-/),
  });
  expect(prism.violations()).toEqual([]);
});

test('a process that is as declared is found in the contract’s own listing', async () => {
  const step = await run({ instance, processes: '2', 'config-json': '{"connection":"database","sleep":10}' });

  expect(step.outputs).toMatchObject({ outcome: 'unchanged', 'process-id': worker, strategy: 'none' });
  expect(prism.violations()).toEqual([]);
});

test('the request that updates a worker honours the contract, and an answer without the change is seen', async () => {
  const step = await run({ 'process-id': worker, processes: '3', 'config-json': JSON.stringify(all) });

  expect(step.errors[0]).toContain('accepted but not applied: processes is 2 and not 3');
  expect(prism.lines().join('\n')).toMatch(/PATCH .*\/background-processes\/process-2c4b/i);
  expect(prism.violations()).toEqual([]);
});

test('finding an environment by its name, and deploying it, honours the contract', async () => {
  const step = await run({
    application: 'shop',
    environment: 'production',
    'if-exists': 'create',
    redeploy: 'true',
  });

  expect(step.errors).toEqual([]);
  expect(step.outputs).toMatchObject({
    'instance-id': instance,
    'environment-id': expect.stringMatching(/^env-/),
    'deployment-id': expect.stringMatching(/^depl-/),
  });
  expect(prism.violations()).toEqual([]);
});

test('the request that deletes a process honours the contract', async () => {
  const step = await run({ 'process-id': worker }, 'delete');

  expect(step.errors).toEqual([]);
  expect(step.outputs).toMatchObject({ outcome: 'deleted', 'ids-json': JSON.stringify([worker]) });
  expect(prism.violations()).toEqual([]);
});

test('the list of processes is the one of the contract', async () => {
  const step = await run({ instance }, 'list');

  expect(step.errors).toEqual([]);
  expect(step.outputs).toMatchObject({ count: '1', 'ids-json': JSON.stringify([worker]) });
  expect(prism.violations()).toEqual([]);
});
