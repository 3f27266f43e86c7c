import { describe, expect, test } from 'vitest';
import { withId } from '../emulator/edits.ts';
import { openShop, type Shop } from './harness/shop.ts';

const redeploy = { redeploy: 'true' };

const deployRequests = (shop: Shop): number =>
  shop.requests().filter((request) => request === 'POST /environments/{id}/deployments').length;

/** Ends after a look or two, so that nothing is waited for that a test does not need. */
const quick = ['pending', 'deployment.succeeded'];

describe.concurrent('after a change, redeploy', () => {
  test.each(['.', 'apply'])(
    'follows what another run, which was first with the same process, has begun meanwhile: %s',
    async (action) => {
      await using shop = await openShop();
      const { cloud, faults } = shop;
      cloud.deployed(shop.environment, { agoMs: 3_600_000 });
      faults.add({
        kind: 'call',
        on: 'POST',
        call: () => {
          cloud.addProcess(shop.instance, { type: 'worker' });
          cloud.addDeployment(shop.environment, { script: ['build.running', 'deployment.succeeded'] });
        },
      });
      const files = { '.github/background-processes.yml': 'instances: { App: [{ type: worker }] }' };
      const step = await shop.run({ environment: 'main', ...redeploy }, { action, files });

      expect(step.errors).toEqual([]);
      expect(shop.ids()).toHaveLength(1);
      expect(cloud.deployments).toHaveLength(2);
    },
  );

  test('has nothing to do where another run has created and deployed the process meanwhile', async () => {
    await using shop = await openShop();
    const { cloud, faults } = shop;
    const call = () => {
      cloud.addProcess(shop.instance, { type: 'worker' });
      cloud.addDeployment(shop.environment, { script: ['deployment.succeeded'] });
    };
    faults.add({ kind: 'call', on: 'POST', call });
    const step = await shop.run({ environment: 'main', ...redeploy, 'verify-command': 'php artisan about' });

    expect(step.outputs).toMatchObject({ outcome: 'unchanged', verified: 'true' });
    expect(step.summary).toContain('<h3>✅ Deployed: worker');
    expect(deployRequests(shop)).toBe(0);
  });

  test.each([
    ['looked at when it is needed', {}],
    ['looked at beside the listing that verifies', { environment: 'main' }],
  ])(
    'waits for a deployment that runs already, since that does not carry the change: %s',
    async (_, where) => {
      await using shop = await openShop({ deploymentScript: quick });
      const running = shop.cloud.addDeployment(shop.environment, {
        script: ['build.running', 'deployment.running', 'deployment.succeeded'],
      });
      const step = await shop.run({ ...where, ...redeploy });

      expect(step.exitCode).toBe(0);
      expect(shop.cloud.deployments).toHaveLength(2);
      expect(step.outputs['deployment-id']).toBe(shop.cloud.deployments[1]?.id);
      expect(step.log).toContain(`Waiting for deployment ${running.id}, which began before the change`);
      expect(deployRequests(shop)).toBe(1);
    },
  );

  test.each([
    ['reset', { kind: 'reset', acts: true }],
    ['504', { kind: 'status', status: 504, acts: true }],
    ['HTML', { kind: 'html', acts: true }],
    ['hang', { kind: 'hang', acts: true }],
    ['late', { kind: 'late', ms: 700 }],
  ] as const)('starts one deployment though the answer was lost: %s', async (_title, fault) => {
    await using shop = await openShop({ deploymentScript: quick });
    shop.faults.add({ ...fault, on: 'POST /deployments$' });
    const step = await shop.run(redeploy);

    expect(step.errors).toEqual([]);
    expect(shop.cloud.deployments).toHaveLength(1);
    expect(step.outputs['deployment-id']).toBe(shop.cloud.deployments[0]?.id);
    expect(deployRequests(shop)).toBe(1);
  });

  test('believes no answer that is about another deployment', async () => {
    await using shop = await openShop({ deploymentScript: quick });
    const over = shop.cloud.addDeployment(shop.environment, { script: ['deployment.succeeded'] });
    shop.faults.add({ kind: 'edit', on: 'GET /deployments/[^/]+$', times: Infinity, edit: withId(over.id) });
    const step = await shop.run(redeploy);

    expect(step.exitCode).toBe(1);
    expect(step.summary).not.toContain('Live');
    expect(step.errors[0]).toContain('Reading deployment depl-');
  });
});

test.concurrent('the error of a failed deployment names no input that delete does not have', async () => {
  await using shop = await openShop({ deploymentScript: ['build.failed'] });
  const { id } = shop.cloud.addProcess(shop.instance, { type: 'worker' });
  const step = await shop.run(
    { 'process-id': id, instance: shop.instance.id, ...redeploy },
    { action: 'delete' },
  );

  expect(step.errors[0]).toMatch(
    /the deployment failed: depl-\S+ ended as build.failed\. The change takes effect with the next deployment that succeeds\.$/,
  );
});

test.concurrent('delete deploys once after a deletion, and not when there was nothing to delete', async () => {
  await using shop = await openShop({ deploymentScript: quick });
  shop.cloud.addProcess(shop.instance, { type: 'worker' });
  const inputs = { environment: 'main', type: 'worker', ...redeploy };
  await shop.run(inputs, { action: 'delete' });
  const again = await shop.run(inputs, { action: 'delete' });

  expect(again.outputs['outcome']).toBe('absent');
  expect(shop.cloud.deployments).toHaveLength(1);
});

test.concurrent('delete with only the id of a process that is gone says that it cannot deploy', async () => {
  await using shop = await openShop();
  shop.cloud.addDeployment(shop.environment, { script: ['build.failed'] });
  const inputs = { 'process-id': 'process-1', environment: '', ...redeploy };
  const step = await shop.run(inputs, { action: 'delete' });

  expect(step.outputs['outcome']).toBe('absent');
  expect(step.notices.join()).toContain('set environment or instance, too');
});

describe.concurrent('a dry run with redeploy, where nothing is to be changed', () => {
  const text = 'instances: { App: [{ type: worker }] }';
  const dryRun = { environment: 'main', ...redeploy, 'dry-run': 'true' };
  const told =
    /^The newest deployment, depl-.*, ended as build.failed\. Without dry-run this step deploys the environment\.$/;

  async function openFailed(): Promise<Shop> {
    const shop = await openShop();
    shop.cloud.addProcess(shop.instance, { type: 'worker' });
    shop.cloud.addDeployment(shop.environment, { script: ['build.failed'] });
    return shop;
  }

  test.each([
    ['.', dryRun, 'unchanged'],
    ['delete', { ...dryRun, type: 'custom', command: 'php artisan horizon' }, 'absent'],
  ])('tells that the environment would be deployed: %s', async (action, inputs, outcome) => {
    await using shop = await openFailed();
    const step = await shop.run(inputs, { action });

    expect([step.errors, step.outputs['outcome']]).toEqual([[], outcome]);
    expect(step.warnings).toEqual([expect.stringMatching(told)]);
    expect(step.summary).not.toContain('set <code>redeploy: true</code>');
    expect(shop.writes()).toEqual([]);
  });

  test('fails with fail-on-change: what is declared is not live', async () => {
    await using shop = await openFailed();
    const seen = await shop.apply(text, dryRun);
    const step = await shop.apply(text, { ...dryRun, 'fail-on-change': 'true' });
    const fleet = 'environments: { production: { instances: { App: [{ type: worker }] } } }';
    const planMany = { ...dryRun, environment: '' };
    const many = await shop.apply(fleet, { ...planMany, 'fail-on-change': 'true' });
    const seenMany = await shop.apply(fleet, planMany);

    expect([seen.errors, seen.warnings]).toEqual([[], [expect.stringMatching(told)]]);
    expect(step.errors[0]).toContain('"production" is as');
    for (const { summary } of [step, many]) expect(summary).toContain('it waits for a deployment</h3>');
    for (const { summary } of [seen, seenMany])
      expect(summary).toMatch(/^<h3>🟡 .*nothing to change · not live yet<\/h3>/);
    expect(shop.writes()).toEqual([]);
  });

  test('says nothing where the newest deployment has succeeded', async () => {
    await using shop = await openShop();
    shop.cloud.addProcess(shop.instance, { type: 'worker', createdAt: '2020-01-01T00:00:00.000000Z' });
    shop.cloud.deployed(shop.environment);
    const step = await shop.apply(text, { ...dryRun, 'fail-on-change': 'true' });

    expect([step.errors, step.warnings]).toEqual([[], []]);
  });
});

describe.concurrent('proofs that there is none of', () => {
  const proofs = { 'stable-for': '10', 'verify-command': 'php artisan about' };
  const skipped = { stable: 'skipped', verified: 'skipped' };

  test('are skipped where the deployment fails', async () => {
    await using shop = await openShop({ deploymentScript: ['pending', 'build.failed'] });
    const step = await shop.run({ environment: 'main', ...redeploy, ...proofs });

    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject(skipped);
  });

  test('are skipped where a part of the plan fails', async () => {
    await using shop = await openShop();
    shop.faults.add({ kind: 'status', status: 422, on: 'POST' });
    const step = await shop.apply('instances: { App: [{ type: worker }] }', {
      environment: 'main',
      ...proofs,
    });

    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject(skipped);
    expect(JSON.parse(step.outputs['environments-json'] ?? '')).toMatchObject([skipped]);
  });
});

test.concurrent('a deployment of somebody else that is followed for a proof, and fails, is replaced by one', async () => {
  await using shop = await openShop({ deploymentScript: quick });
  const { cloud } = shop;
  cloud.addProcess(shop.instance, { type: 'worker', createdAt: '2020-01-01T00:00:00.000000Z' });
  cloud.addDeployment(shop.environment, { script: ['build.running', 'build.failed'] });
  const step = await shop.run({ environment: 'main', ...redeploy, 'verify-command': 'php artisan about' });

  expect(step.errors).toEqual([]);
  expect(step.outputs).toMatchObject({ 'deployment-id': cloud.deployments[1]?.id, verified: 'true' });
});
