import { describe, expect, test } from 'vitest';
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

/** The environment falls asleep when a request arrives. */
function fallAsleepAt(on: string, { emulator, environment }: Shop): void {
  const call = () => {
    environment.status = 'hibernating';
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

  test('what was deployed is not called live', async () => {
    await using shop = await openAsleep();
    const root = await shop.run({ environment: 'main', redeploy: 'true' });
    const apply = await shop.apply(manifest.replace('worker', 'custom, command: php artisan horizon'), {
      environment: 'main',
      redeploy: 'true',
    });

    expect(root.summary).toContain('<h3>🟡 Created and deployed, but asleep: worker <code>default</code>');
    expect(apply.summary).toContain('1 created, 1 not in the manifest · deployed, but asleep</h3>');
  });

  test('or has fallen asleep meanwhile, what was deployed is not called live', async () => {
    await using shop = await openShop({ deploymentScript: ['deployment.succeeded'] });
    fallAsleepAt('GET /environments/[^/]+$', shop);
    const step = await shop.run({ environment: 'main', redeploy: 'true', ...proofs });

    expect(step.errors).toEqual([]);
    expect(step.outputs).toMatchObject({ stable: 'skipped', verified: 'skipped' });
    expect(step.summary).toContain('<h3>🟡 Created and deployed, but asleep: worker <code>default</code>');
    expect(shop.requests().filter((line) => line === 'GET /environments/{id}')).toHaveLength(1);
  });

  test.each([409, 422])(
    'a command that is refused since it has just fallen asleep is no failure: %d',
    async (status) => {
      await using shop = await openShop();
      shop.cloud.deployed(shop.environment, { agoMs: 3_600_000 });
      shop.cloud.addProcess(shop.instance, { type: 'worker', createdAt: lastYear });
      fallAsleepAt('POST /commands$', shop);
      shop.faults.add({ kind: 'status', on: 'POST /commands$', status });
      const step = await shop.run({ environment: 'main', 'verify-command': 'php artisan about' });

      expect(step.errors).toEqual([]);
      expect(step.outputs['verified']).toBe('skipped');
    },
  );
});
