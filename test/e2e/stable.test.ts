import { describe, expect, test } from 'vitest';
import { editIncluded } from '../emulator/edits.ts';
import { loops, type ProcessLife } from '../emulator/progress.ts';
import { openShop, type Shop } from './harness/shop.ts';

const horizon = { type: 'custom', command: 'php artisan horizon' } as const;
const ofHorizon = { environment: 'main', ...horizon };
const stable = { ...ofHorizon, 'stable-for': '60' };
const lastYear = '2025-04-04T11:24:42.000000Z';

/** A shop where Horizon has been live for ten minutes, in one copy. */
async function openLive(life: ProcessLife = {}): Promise<Shop> {
  const shop = await openShop();
  Object.assign(shop.instance, { minReplicas: 1, maxReplicas: 1 });
  shop.cloud.addProcess(shop.instance, { ...horizon, life, createdAt: lastYear });
  shop.cloud.deployed(shop.environment, { agoMs: 600_000 });
  return shop;
}

/** The moments of the requests to the log, in milliseconds. */
const logRequests = ({ emulator }: Shop): number =>
  emulator.requests.filter(({ path }) => path.endsWith('/logs')).length;

describe.concurrent('stable-for, with nothing to change, looks back and waits for nothing', () => {
  test('and a process that stays up is stable', async () => {
    await using shop = await openLive();
    const step = await shop.run(stable);

    expect(step.outputs).toMatchObject({ outcome: 'unchanged', stable: 'true' });
    expect(step.summary).toContain('Stable:');
    expect(logRequests(shop)).toBeLessThanOrEqual(2);
  });

  test('also in a dry run, which so finds what died quietly', async () => {
    await using shop = await openLive(loops());
    const step = await shop.run({ ...stable, 'dry-run': 'true' });

    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({ outcome: 'unchanged', stable: 'false' });
    expect(step.errors[0]).toMatch(/"php artisan horizon" on App exited \d+ times in \d+ s with code 1\./);
    expect(step.summary).toContain('❌ <code>php artisan horizon</code> on App does not stay up');
    // What it printed may hold secrets.
    expect(step.summary).not.toContain('Connection refused');
    expect(shop.writes()).toEqual([]);
  });

  test('and also one that has exited once, and was not started again', async () => {
    await using shop = await openLive({ exits: { code: 1, afterMs: 560_000, restartMs: 3_600_000 } });
    const step = await shop.run(stable);

    expect(step.outputs['stable']).toBe('false');
    expect(step.summary).toContain('❌ <code>php artisan horizon</code> on App does not stay up');
  });

  test('and shows what was printed only when asked for, without secrets', async () => {
    const prints = [
      'In Connector.php line 76:',
      'Connection refused by base64:SECRET-ENV-VALUE \u001b[31mnow\u001b[0m',
    ];
    const life = loops({ prints });
    await using shop = await openLive(life);
    const step = await shop.run({ ...stable, 'show-logs': 'true' });

    expect(step.outputs['stable']).toBe('false');
    expect(step.summary).toContain('Connection refused by &#42;&#42;&#42; now');
    expect(step.summary.split('In Connector.php')).toHaveLength(2);
  });

  test('with show-logs, the last twenty different lines of it', async () => {
    const prints = Array.from({ length: 30 }, (_, number) => `line ${number + 1} of the end`);
    await using shop = await openLive(loops({ prints }));
    const { summary } = await shop.run({ ...stable, 'show-logs': 'true' });
    const shown = Array.from(summary.matchAll(/line (\d+) of the end/g), ([, number]) => Number(number));
    expect(shown).toEqual(Array.from({ length: 20 }, (_, index) => index + 11));
  });

  test('also in a dry run with wait-for-commit, shortly after a deployment', async () => {
    await using shop = await openLive();
    shop.cloud.deployed(shop.environment, { agoMs: 30_000, commitHash: 'c0ffee0123' });
    const step = await shop.run({ ...stable, 'dry-run': 'true', 'wait-for-commit': 'c0ffee0123' });

    expect(step.outputs).toMatchObject({ outcome: 'unchanged', stable: 'true' });
    expect(logRequests(shop)).toBeLessThanOrEqual(2);
  });

  test('and what does not exist yet is not called stable', async () => {
    await using shop = await openShop();
    shop.cloud.deployed(shop.environment, { agoMs: 600_000 });
    const step = await shop.run({ ...stable, 'dry-run': 'true' });

    expect(step.outputs).toMatchObject({ outcome: 'would-create', stable: 'skipped' });
  });

  test('and a log that the token may not read is told, and fails nothing', async () => {
    await using shop = await openLive(loops());
    shop.faults.add({ kind: 'status', status: 403, on: '/logs', times: Number.POSITIVE_INFINITY });
    const step = await shop.run(stable);

    expect(step.exitCode).toBe(0);
    expect(step.outputs['stable']).toBe('unknown');
    expect(step.warnings.join()).toContain('Laravel Cloud answered 403');
  });
});

describe.concurrent('stable-for, after a deployment, watches', () => {
  const deploying = { ...stable, redeploy: 'true' };
  const quick = { deploymentScript: ['pending', 'deployment.succeeded'] };

  test('and a process that stays up is stable', async () => {
    await using shop = await openShop(quick);
    const step = await shop.run(deploying);

    expect(step.errors).toEqual([]);
    expect(step.outputs).toMatchObject({ outcome: 'created', stable: 'true' });
    // Two each ten seconds, in seventy seconds and at their end.
    expect(logRequests(shop)).toBeLessThanOrEqual(16);
  });

  test('the deployment of wait-for-commit, too, also for a moment', async () => {
    await using shop = await openShop({ deploymentTakes: 20_000 });
    shop.cloud.addProcess(shop.instance, { ...horizon, createdAt: lastYear });
    shop.cloud.push(shop.environment, { commitHash: 'c0ffee0123' });
    const step = await shop.run({ ...stable, 'stable-for': '0.2', 'wait-for-commit': 'c0ffee0123' });

    expect(step.warnings).toEqual([]);
    expect(step.outputs).toMatchObject({ outcome: 'unchanged', stable: 'true' });
  });

  test('and without redeploy a change that waits is skipped', async () => {
    await using shop = await openShop();
    const step = await shop.run(stable);

    expect(step.outputs).toMatchObject({ outcome: 'created', stable: 'skipped' });
    expect(step.notices.join()).toContain('stable-for was skipped');
    expect(logRequests(shop)).toBe(0);
  });
});

describe.concurrent('list', () => {
  test('tells the status of each process', async () => {
    await using shop = await openLive(loops());
    shop.cloud.addProcess(shop.instance, { type: 'worker', createdAt: lastYear });
    const step = await shop.run({ environment: 'main', 'status-window': '60' }, { action: 'list' });

    expect(step.exitCode).toBe(0);
    const processes = JSON.parse(step.outputs['processes-json'] ?? '');
    expect(processes).toMatchObject([{ status: 'restarting' }, { status: 'up' }]);
    expect(step.summary).toContain('🔁 restarting');
  });

  test('finds the log by the id of a cluster, which is not told with its processes', async () => {
    await using shop = await openLive(loops());
    shop.faults.add({ kind: 'edit', on: '/background-processes', edit: editIncluded(() => []) });
    const inputs = { instance: shop.instance.id, 'status-window': '60' };
    const step = await shop.run(inputs, { action: 'list' });

    expect(JSON.parse(step.outputs['processes-json'] ?? '')).toMatchObject([{ status: 'restarting' }]);
  });

  test('is a gate on it', async () => {
    await using shop = await openLive(loops());
    const inputs = { environment: 'main', 'status-window': '300', 'require-status': 'up' };
    const step = await shop.run(inputs, { action: 'list' });

    expect(step.exitCode).toBe(1);
    expect(step.summary).toContain('1 of 1 background process is not as required (restarting)');
    expect(step.outputs['count']).toBe('1');
  });

  test.each([
    ['/deployments', 'restarting'],
    ['/logs', 'up, unknown'],
  ])('lets pass what is required, also where the token may not read %s', async (on, required) => {
    await using shop = await openLive(loops());
    shop.faults.add({ kind: 'status', status: 403, on, times: Number.POSITIVE_INFINITY });
    const inputs = { environment: 'main', 'status-window': '60', 'require-status': required };
    const step = await shop.run(inputs, { action: 'list' });

    expect(step.errors).toEqual([]);
    expect(required).toContain(JSON.parse(step.outputs['processes-json'] ?? '')[0].status);
  });

  test('needs a window for a gate, and knows its words', async () => {
    await using shop = await openLive();
    const step = await shop.run({ environment: 'main', 'require-status': 'upp' }, { action: 'list' });

    expect(step.errors[0]).toContain('Did you mean "up"?');
    expect(step.errors[0]).toContain('require-status: needs status-window');
    expect(shop.requests()).toEqual([]);
  });
});
