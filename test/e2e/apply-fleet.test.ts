import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bringingNothing } from '../emulator/edits.ts';
import type { Emulator } from '../emulator/server.ts';
import { openReviewedShop, type ReviewedShop } from './harness/pull-request.ts';
import type { StepRun } from './harness/run-action.ts';
import { environmentsIn, type StepOptions } from './harness/shop.ts';

const manifest = `
defaults:
  instances:
    App:
      - { type: worker, config: { queue: high, tries: 3 } }
environments:
  production:
    instances:
      App:
        - { type: worker, processes: 5, config: { queue: high } }
  staging: {}
  "preview/*":
    defaults: false
    instances: { App: [{ type: worker }] }
`;

let emulator: Emulator;
let shop: ReviewedShop;

beforeEach(async () => {
  shop = await openReviewedShop();
  ({ emulator } = shop);
});

afterEach(() => shop[Symbol.asyncDispose]());

const apply = (
  inputs: Record<string, string> = {},
  { text = manifest, ...options }: StepOptions & { text?: string } = {},
): Promise<StepRun> => shop.apply(text, inputs, options);

describe('apply serves all environments of a file', () => {
  test('each gets its own processes, and a second run sends N + 2 requests and changes nothing', async () => {
    const staging = shop.addEnvironment('staging');
    const preview = shop.addEnvironment('preview/login');
    shop.addEnvironment('other');
    const run = await apply();
    expect(run.errors).toEqual([]);
    expect(shop.cloud.listProcesses(shop.instance)).toMatchObject([
      { processes: 5, config: { queue: 'high', tries: 3 } },
    ]);
    expect(shop.cloud.listProcesses(staging.instance)).toMatchObject([
      { processes: 1, config: { queue: 'high', tries: 3 } },
    ]);
    expect(shop.cloud.listProcesses(preview.instance)).toHaveLength(1);
    expect(run.outputs).toMatchObject({ outcome: 'changed', created: '3', 'environment-id': '' });
    expect(environmentsIn(run)).toMatchObject([
      { environment: 'production', environment_id: shop.environment.id, outcome: 'changed', created: 1 },
      { environment: 'staging', created: 1, deployment_id: null, error: null },
      { environment: 'preview/login', created: 1 },
    ]);
    expect(JSON.parse(run.outputs['plan-json'] ?? '')).toMatchObject([
      { action: 'create', environment: 'production', instance: 'App' },
      { action: 'create', environment: 'staging' },
      { action: 'create', environment: 'preview/login' },
    ]);
    const waiting = '<code>production</code>, <code>staging</code>, <code>preview/login</code>';
    expect(run.summary).toContain(`<strong>Next:</strong> deploy ${waiting} in Laravel Cloud.`);

    emulator.requests.length = 0;
    const second = await apply();
    expect(second.outputs).toMatchObject({ outcome: 'unchanged', unchanged: '3' });
    expect(shop.requests()).toHaveLength(5);
  });

  test('one mistake in one environment, and nothing is written anywhere', async () => {
    const staging = shop.addEnvironment('staging');
    for (let twin = 0; twin < 2; twin++)
      shop.cloud.addProcess(staging.instance, { type: 'worker', config: { queue: 'high' } });
    const run = await apply();
    expect(run.exitCode).toBe(1);
    expect(shop.writes()).toEqual([]);
    expect(run.errors[0]).toContain('staging, App: 2 processes match');
  });

  test.each([
    ['before its processes are listed', {}, '/instances/{instance}/background-processes'],
    [
      'before its deployments are read',
      { 'dry-run': 'true', redeploy: 'true' },
      '/environments/{id}/deployments',
    ],
  ])('a preview that is deleted %s is left out with a notice', async (_, inputs, path) => {
    shop.addEnvironment('staging');
    const { environment, instance } = shop.addEnvironment('preview/old');
    shop.cloud.addProcess(instance, { type: 'worker' });
    shop.faults.add({ kind: 'edit', times: Infinity, edit: bringingNothing });
    for (const on of [path, '/environments/{id}']) {
      const address = on.replace('{id}', environment.id).replace('{instance}', instance.id);
      shop.faults.add({ kind: 'status', status: 404, on: `GET ${address}$`, times: Infinity });
    }
    const run = await apply(inputs);
    expect(run.errors).toEqual([]);
    expect(run.notices.join('\n')).toContain('preview/old is left out: it has been deleted meanwhile.');
    expect(run.outputs).toMatchObject({ created: '2' });
    expect(environmentsIn(run)).toMatchObject([{ environment: 'production' }, { environment: 'staging' }]);
  });

  test('one that fails holds up no other, and is named', async () => {
    const staging = shop.addEnvironment('staging');
    shop.faults.add({
      kind: 'status',
      status: 422,
      body: { message: 'Invalid.', errors: { 'config.tries': ['Too many.'] } },
      on: `POST ${shop.instance.id}/background-processes$`,
      nth: 1,
    });
    const run = await apply({ redeploy: 'true' });
    expect(run.exitCode).toBe(1);
    expect(run.errors[0]).toContain('1 of 2 environments failed');
    expect(run.errors[0]).toContain('"production": 1 of 1 change not made:\n- Failed: create worker ');
    expect(run.errors[0]).toContain('Done: the other environment.');
    expect(run.summary).toMatch(/<h4>❌ <code>production<\/code>: 1 of 1 change not made<\/h4>/);
    expect(shop.cloud.listRunning(staging.instance)).toHaveLength(1);
    expect(run.outputs['deployment-id']).toBe(shop.cloud.deployments[0]?.id);
    expect(environmentsIn(run)).toMatchObject([
      {
        environment: 'production',
        outcome: null,
        created: 0,
        deployment_id: null,
        error: expect.stringContaining('Too many'),
      },
      { environment: 'staging', created: 1, deployment_id: expect.stringMatching(/^depl/), error: null },
    ]);
  });

  test('each that changed is deployed once, and one that did not is not', async () => {
    const staging = shop.addEnvironment('staging');
    shop.cloud.options.deploymentScript = ['pending', 'deployment.succeeded'];
    const { summary } = await apply({ environment: 'staging', redeploy: 'true' });
    expect(summary).toContain('1 created · deployed</h3>');
    expect(summary).not.toContain('Deployed: ');
    const run = await apply({ redeploy: 'true' });
    expect(run.errors).toEqual([]);
    expect(shop.cloud.deployments).toHaveLength(2);
    expect(shop.cloud.listRunning(shop.instance)).toHaveLength(1);
    expect(shop.cloud.listRunning(staging.instance)).toHaveLength(1);
    expect(run.summary).not.toContain('not live yet');
  });

  test('max-deletes counts over the file', async () => {
    const staging = shop.addEnvironment('staging');
    for (const instance of [shop.instance, staging.instance])
      for (const queue of ['a', 'b', 'c'])
        shop.cloud.addProcess(instance, { type: 'worker', config: { queue } });
    const run = await apply({ prune: 'true' });
    expect(run.errors[0]).toContain('6 to delete, and max-deletes allows 5');
    expect(run.errors[0]).toContain('- delete worker c on staging, App');
    expect(run.errors[0]).toMatch(/Nothing was changed.*set max-deletes: 6/);
    expect(shop.writes()).toEqual([]);
    expect(run.outputs).toMatchObject({ outcome: 'unchanged', deleted: '0' });
    const refused = { outcome: null, deleted: 0, error: expect.stringContaining('max-deletes') };
    expect(environmentsIn(run)).toMatchObject([refused, refused]);
  });

  test('another application in the file than in the inputs is a mistake', async () => {
    const differs = await apply({ application: 'other' }, { text: `application: shop\n${manifest}` });
    expect(differs.errors[0]).toContain('application: is "other"');
  });

  test('one comment shows each environment that changes, and the others in one line', async () => {
    shop.addEnvironment('staging');
    await apply({ environment: 'staging' });
    const run = await shop.plan(manifest);
    expect(run.errors).toEqual([]);
    shop.addEnvironment('preview/x');
    await shop.plan(manifest);
    expect(shop.gitHub.comments).toHaveLength(1);
    const body = shop.gitHub.comments[0]?.body ?? '';
    expect(body).toMatch(/Plan for <code>shop<\/code>: 2 of \d environments, 2 to create/);
    expect(body).toContain('<h4><code>production</code>: 1 to create</h4>');
    expect(body).toContain('<h4><code>preview/x</code>: 1 to create</h4>');
    expect(body).toContain('<p>Nothing to change in <code>staging</code>.</p>');
  });
});
