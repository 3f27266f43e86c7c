import { describe, expect, test } from 'vitest';
import type { CloudEnvironment } from '../emulator/cloud-records.ts';
import { bringingNothing } from '../emulator/edits.ts';
import { openShop, type Shop } from './harness/shop.ts';

const proofs = { 'stable-for': '60', 'verify-command': 'php artisan about' };
const manifest = 'instances: { App: [{ type: worker }] }';

/** A shop whose environment sleeps, and has been deployed. */
async function openAsleep(): Promise<Shop> {
  const shop = await openShop();
  Object.assign(shop.environment, { status: 'hibernating', usesHibernation: true });
  shop.cloud.deployed(shop.environment, { agoMs: 3_600_000 });
  return shop;
}

const lastYear = '2025-01-01T00:00:00.000000Z';

/** The environment changes its status when a request arrives. */
function becomeAt(status: CloudEnvironment['status'], on: string, { emulator, environment }: Shop): void {
  const call = () => {
    environment.status = status;
  };
  emulator.faults.add({ kind: 'call', on, call });
}

describe.concurrent('where an environment sleeps', () => {
  test('nothing is proved, and that is said', async () => {
    await using shop = await openAsleep();
    const { id } = shop.cloud.addProcess(shop.instance, { type: 'worker', createdAt: lastYear });
    const step = await shop.run({ 'process-id': id, ...proofs });

    expect(step.errors).toEqual([]);
    expect(step.outputs).toMatchObject({ outcome: 'unchanged', stable: 'skipped', verified: 'skipped' });
    expect(step.warnings.join()).toContain('hibernating: nothing runs there until a request wakes it');
    expect(shop.writes()).toEqual([]);
  });

  test('nothing is proved, also where the list of clusters does not include the environment', async () => {
    await using shop = await openAsleep();
    shop.cloud.addProcess(shop.instance, { type: 'worker', createdAt: lastYear });
    shop.faults.add({ kind: 'edit', on: 'GET .*/instances', edit: bringingNothing, times: 9 });
    const inputs = { environment: shop.environment.id };
    const root = await shop.run({ ...inputs, ...proofs });
    const list = await shop.run({ ...inputs, 'status-window': '60' }, { action: 'list' });

    expect(root.outputs).toMatchObject({ stable: 'skipped', verified: 'skipped' });
    expect(list.outputs['processes-json']).toContain('"status":"unknown"');
  });

  test('and several processes have no status, it is said once for all of them', async () => {
    await using shop = await openAsleep();
    for (const queue of ['high', 'low'])
      shop.cloud.addProcess(shop.instance, { type: 'worker', config: { queue } });
    const inputs = { environment: 'main', 'status-window': '60' };
    const step = await shop.run(inputs, { action: 'list' });
    const gate = await shop.run({ ...inputs, 'require-status': 'up' }, { action: 'list' });

    expect(step.warnings).toEqual([
      'The environment production is hibernating: nothing runs there until a request wakes it.',
      expect.stringMatching(
        /^Whether .*high.* on App, .*low.* on App run is not known: .* is hibernating\.$/,
      ),
    ]);
    expect(gate.errors[0]).toMatch(
      / unknown: .*high.* on App, .*low.* on App \(the environment production is/,
    );
  });

  test('what was deployed is not called live', async () => {
    await using shop = await openAsleep();
    const root = await shop.run({ environment: 'main', redeploy: 'true' });
    const apply = await shop.apply(manifest.replace('worker', 'custom, command: php artisan horizon'), {
      environment: 'main',
      redeploy: 'true',
    });

    expect(root.summary).toContain(
      '<h3>🟡 Created and deployed, but nothing runs yet: worker <code>default</code>',
    );
    expect(apply.summary).toContain('1 created, 1 not in the manifest · deployed, but nothing runs yet</h3>');
  });

  test('or has fallen asleep meanwhile, what was deployed is not called live', async () => {
    await using shop = await openShop({ deploymentScript: ['deployment.succeeded'] });
    becomeAt('hibernating', 'GET /environments/[^/]+$', shop);
    const step = await shop.run({ environment: 'main', redeploy: 'true', ...proofs });

    expect(step.errors).toEqual([]);
    expect(step.outputs).toMatchObject({ stable: 'skipped', verified: 'skipped' });
    expect(step.summary).toContain(
      '<h3>🟡 Created and deployed, but nothing runs yet: worker <code>default</code>',
    );
    expect(shop.requests().filter((line) => line === 'GET /environments/{id}')).toHaveLength(1);
  });

  test.each(['.', 'apply'])(
    'a deployment wakes it, and no warning says that it sleeps: %s',
    async (action) => {
      await using shop = await openAsleep();
      becomeAt('running', 'POST /deployments$', shop);
      const inputs = { environment: 'main', redeploy: 'true' };
      const step = await (action === '.' ? shop.run(inputs) : shop.apply(manifest, inputs));

      expect(step.errors).toEqual([]);
      expect(step.warnings.join()).not.toContain('is hibernating');
      expect(step.summary).toContain('<h3>✅');
    },
  );

  test.each(['.', 'apply'])('the deployment of wait-for-commit wakes it: %s', async (action) => {
    await using shop = await openAsleep();
    shop.cloud.addProcess(shop.instance, { type: 'worker', createdAt: lastYear });
    const commit = 'fedcba9876543210fedcba9876543210fedcba98';
    shop.cloud.push(shop.environment, { inMs: 0, commitHash: commit });
    becomeAt('running', 'GET /deployments$', shop);
    const inputs = { environment: 'main', 'wait-for-commit': commit, ...proofs };
    const step = await (action === '.' ? shop.run(inputs) : shop.apply(manifest, inputs));

    expect(step.errors).toEqual([]);
    expect(step.warnings.join()).not.toContain('is hibernating');
    expect(step.outputs).toMatchObject({ outcome: 'unchanged', stable: 'true', verified: 'true' });
  });

  test.each([409, 422])(
    'a command that is refused since it has just fallen asleep is no failure: %d',
    async (status) => {
      await using shop = await openShop();
      shop.cloud.deployed(shop.environment, { agoMs: 3_600_000 });
      shop.cloud.addProcess(shop.instance, { type: 'worker', createdAt: lastYear });
      becomeAt('hibernating', 'POST /commands$', shop);
      shop.faults.add({ kind: 'status', on: 'POST /commands$', status });
      const step = await shop.run({ environment: 'main', 'verify-command': 'php artisan about' });

      expect(step.errors).toEqual([]);
      expect(step.outputs['verified']).toBe('skipped');
    },
  );
});
