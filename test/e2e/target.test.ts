import { expect, test } from 'vitest';
import { SECRET_VARIABLE } from '../emulator/cloud-resources.ts';
import { bringingNothing, editList, withMeta } from '../emulator/edits.ts';
import type { StepRun } from './harness/run-action.ts';
import { openShop, type Shop } from './harness/shop.ts';

function expectTarget(step: StepRun, instanceId: string, environmentId: string): void {
  expect(step.errors).toEqual([]);
  expect(step.outputs).toMatchObject({
    outcome: 'created',
    'instance-id': instanceId,
    'environment-id': environmentId,
  });
}

test.concurrent.each<[string, (shop: Shop) => Record<string, string>]>([
  ['the workflow’s repository', () => ({ environment: 'production' })],
  ['the application’s slug', () => ({ application: 'the-shop', environment: 'production' })],
  ['the application’s repository', () => ({ application: 'acme/shop', environment: 'production' })],
  [
    'both ids',
    ({ application, environment }) => ({ application: application.id, environment: environment.id }),
  ],
  ['the environment’s branch', () => ({ environment: 'main' })],
  [
    'the instance’s id',
    ({ environment, instance }) => ({ environment: environment.id, instance: instance.id }),
  ],
])('among others of similar names the instance is found by %s', async (_title, inputs) => {
  await using shop = await openShop();
  const { cloud } = shop;
  shop.application.slug = 'the-shop';
  // Listed before and after the right ones, so that neither first nor last is right by luck.
  for (const name of ['shop-admin', 'Shop']) {
    const application = cloud.addApplication({ name, slug: name, repository: `Acme/${name}s` });
    cloud.addInstance(cloud.addEnvironment(application, { name: 'production', branch: 'main' }));
  }
  cloud.applications.unshift(...cloud.applications.splice(1, 1));
  for (const name of ['production-eu', 'Production'])
    cloud.addInstance(cloud.addEnvironment(shop.application, { name, branch: `${name}-branch` }));
  cloud.addInstance(shop.environment, { name: 'App-2', type: 'service' });
  const step = await shop.run(inputs(shop));

  expectTarget(step, shop.instance.id, shop.environment.id);
  expect(step.summary).toContain('replicas');
});

test.concurrent('the branch of the pull request comes before a name: it is a preview that is meant', async () => {
  await using shop = await openShop();
  const { cloud } = shop;
  cloud.addInstance(cloud.addEnvironment(shop.application, { name: 'feature-a', branch: 'other' }));
  const preview = cloud.addEnvironment(shop.application, { name: 'pr-7', branch: 'feature-a' });
  const { id } = cloud.addInstance(preview);
  const step = await shop.run({ environment: 'feature-a' }, { env: { GITHUB_HEAD_REF: 'feature-a' } });
  expectTarget(step, id, preview.id);
});

test.concurrent('a process that is named by its id is called by what it is', async () => {
  await using shop = await openShop();
  const { id } = shop.cloud.addProcess(shop.instance, { type: 'worker', config: { queue: 'mail' } });
  const step = await shop.run({ 'process-id': id, processes: '2' });

  expect(step.log).toContain(`Updated the worker on queue mail`);
  expect(step.notices.join()).toContain('The worker on queue mail');
  expect(`${step.log}${step.notices.join()}`).not.toContain('queue default');
});

test.concurrent.each([
  ['.', { processes: '2' }],
  ['delete', {}],
])(
  'a process is found by its id where the clusters come without their processes: %s',
  async (action, inputs) => {
    await using shop = await openShop();
    const workers = shop.cloud.addInstance(shop.environment, { name: 'Workers', type: 'service' });
    const { id } = shop.cloud.addProcess(workers, { type: 'worker' });
    shop.faults.add({ kind: 'edit', on: 'GET .*/instances$', edit: bringingNothing });
    const step = await shop.run({ 'process-id': id, environment: 'main', ...inputs }, { action });

    expect(step.errors).toEqual([]);
    expect(step.log).toContain(`cluster Workers (${workers.id})`);
  },
);

test.concurrent('the clusters of a process that is named by its id are waited for', async () => {
  await using shop = await openShop();
  const { id } = shop.cloud.addProcess(shop.instance, { type: 'worker' });
  shop.faults.add({
    kind: 'edit',
    on: 'GET .*/instances$',
    edit: (body) => withMeta({ total: 0 })(editList(() => [])(body)),
  });
  const step = await shop.run({ 'process-id': id, environment: 'main', 'wait-for-environment': '60' });

  expect(step.errors).toEqual([]);
  expect(step.log).toContain('waiting up to 60 s for it');
});

test.concurrent('a managed queue that is named by its id keeps nothing that was created on it', async () => {
  await using shop = await openShop();
  const { cloud } = shop;
  const queue = cloud.addInstance(shop.environment, { name: 'emails', type: 'managed_queue' });
  const step = await shop.run({ instance: queue.id });
  expect(step.errors[0]).toContain('managed queue');
  expect(step.outputs['process-id']).toBe('');
  expect(cloud.listProcesses(queue)).toEqual([]);
});

test.concurrent('no variable of an environment shows anywhere, debug logging included', async () => {
  await using shop = await openShop();
  const step = await shop.run({ environment: 'main', redeploy: 'true' }, { env: { RUNNER_DEBUG: '1' } });

  expect(step.exitCode).toBe(0);
  expect(step.commands.filter(({ command }) => command === 'debug').length).toBeGreaterThan(3);
  const shown = JSON.stringify([step.stdout, step.stderr, step.summary, step.outputs, step.state, step.env]);
  expect(shown).not.toContain(SECRET_VARIABLE);
  expect(shown).not.toContain('APP_KEY');
});

test.concurrent('no variable of an environment shows in an error about the answer that holds it', async () => {
  await using shop = await openShop();
  const variables = [{ key: 'APP_KEY', value: SECRET_VARIABLE }];
  const resource = {
    id: shop.environment.id,
    type: 'environments',
    attributes: { environment_variables: variables },
  };
  const body = JSON.stringify({ data: [resource], message: SECRET_VARIABLE });
  shop.faults.add({ kind: 'body', body, on: 'GET /environments$', times: Number.POSITIVE_INFINITY });
  const step = await shop.run({ environment: 'main' }, { env: { RUNNER_DEBUG: '1' } });

  expect(step.exitCode).toBe(1);
  expect(step.stdout + step.summary).not.toContain(SECRET_VARIABLE);
});
