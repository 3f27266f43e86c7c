import { describe, expect, test } from 'vitest';
import { withIncluded } from '../emulator/edits.ts';
import { loops, type ProcessLife } from '../emulator/process-life.ts';
import type { EmulatorOptions } from '../emulator/server.ts';
import { openShop, type Shop } from './harness/shop.ts';

const horizon = { type: 'custom', command: 'php artisan horizon' } as const;
const ofHorizon = { environment: 'main', ...horizon };
const stable = { ...ofHorizon, 'stable-for': '60' };
const lastYear = '2025-04-04T11:24:42.000000Z';

/** A shop where Horizon has been live for ten minutes, in one copy. */
async function openLive(life: ProcessLife = {}, cloud: EmulatorOptions['cloud'] = {}): Promise<Shop> {
  const shop = await openShop(cloud);
  Object.assign(shop.instance, { minReplicas: 1, maxReplicas: 1 });
  shop.emulator.cloud.addProcess(shop.instance, { ...horizon, life, created_at: lastYear });
  shop.emulator.cloud.deployed(shop.environment, { agoMs: 600_000 });
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

  test.each([
    ['code 1', 1],
    ['code 0, which is no excuse', 0],
  ])('and one that keeps exiting fails the step: %s', async (_, code) => {
    await using shop = await openLive(loops({ code }));
    const step = await shop.run(stable);

    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({ outcome: 'unchanged', stable: 'false' });
    expect(step.errors[0]).toMatch(/"php artisan horizon" on App exited \d+ times in \d+ s with code/);
    expect(step.errors[0]).toContain(`with code ${code}.`);
    expect(step.summary).toContain('❌ <code>php artisan horizon</code> on App keeps exiting');
    // What it printed may hold secrets.
    expect(step.summary).not.toContain('Connection refused');
  });

  test('and one that has exited once, and was not started again, fails the step and is not said to keep exiting', async () => {
    await using shop = await openLive({ exits: { code: 1, afterMs: 560_000, restartMs: 3_600_000 } });
    const step = await shop.run(stable);

    expect(step.outputs['stable']).toBe('false');
    expect(step.errors[0]).toMatch(/exited once with code 1, and was not started again for \d+ s\./);
    expect(step.summary).toContain(
      '❌ <code>php artisan horizon</code> on App exited and was not started again',
    );
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
    expect(step.summary).toMatch(/line 76: +\(\d+ times\)/);
  });

  test('and what does not exist yet is not called stable', async () => {
    await using shop = await openShop();
    shop.emulator.cloud.deployed(shop.environment, { agoMs: 600_000 });
    const step = await shop.run({ ...stable, 'dry-run': 'true' });

    expect(step.outputs).toMatchObject({ outcome: 'would-create', stable: 'skipped' });
    expect(logRequests(shop)).toBe(0);
  });

  test('also in a dry run with wait-for-commit, shortly after a deployment', async () => {
    await using shop = await openLive();
    const { cloud } = shop.emulator;
    cloud.deployed(shop.environment, { agoMs: 30_000, commitHash: 'c0ffee0123' });
    const step = await shop.run({ ...stable, 'dry-run': 'true', 'wait-for-commit': 'c0ffee0123' });

    expect(step.outputs).toMatchObject({ outcome: 'unchanged', stable: 'true' });
    expect(step.log).not.toContain('Watching the log');
    expect(logRequests(shop)).toBeLessThanOrEqual(2);
  });

  test('also in a dry run, which so finds what died quietly', async () => {
    await using shop = await openLive(loops());
    const step = await shop.run({ ...stable, 'dry-run': 'true' });

    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({ outcome: 'unchanged', stable: 'false' });
    expect(shop.count('POST')).toBe(0);
  });

  test('and a log that the token may not read is told, and fails nothing', async () => {
    await using shop = await openLive(loops());
    shop.emulator.faults.add({ kind: 'status', status: 403, on: '/logs', times: Number.POSITIVE_INFINITY });
    const step = await shop.run(stable);

    expect(step.exitCode).toBe(0);
    expect(step.outputs['stable']).toBe('unknown');
    expect(step.warnings.join()).toContain('Laravel Cloud answered 403');
  });
});

describe.concurrent('stable-for, after a deployment, watches', () => {
  const deploying = { ...stable, redeploy: 'true' };
  const quick = { deploymentScript: ['pending', 'deployment.succeeded'] };
  const single = (shop: Shop) => Object.assign(shop.instance, { minReplicas: 1, maxReplicas: 1 });

  test('and a process that stays up is stable', async () => {
    await using shop = await openShop(quick);
    single(shop);
    const step = await shop.run(deploying);

    expect(step.errors).toEqual([]);
    expect(step.outputs).toMatchObject({ outcome: 'created', stable: 'true' });
    // Two each ten seconds, in seventy seconds and at their end.
    expect(logRequests(shop)).toBeLessThanOrEqual(16);
  });

  test('the deployment of wait-for-commit, too, also for a moment', async () => {
    await using shop = await openShop({ deploymentTakes: 20_000 });
    const { cloud } = shop.emulator;
    cloud.addProcess(shop.instance, { ...horizon, created_at: lastYear });
    cloud.push(shop.environment, { commitHash: 'c0ffee0123' });
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

describe.concurrent('an environment that sleeps', () => {
  test.each([
    ['hibernating', 'nothing runs there until a request wakes it'],
    ['stopped', 'nothing runs there until it is started'],
  ] as const)('is told, and nothing is proved there: %s', async (status, words) => {
    await using shop = await openLive(loops());
    Object.assign(shop.environment, { status, usesHibernation: true });
    const step = await shop.run({ ...stable, 'verify-command': 'php artisan about' });

    expect(step.exitCode).toBe(0);
    expect(step.outputs).toMatchObject({ stable: 'skipped', verified: 'skipped' });
    expect(step.warnings.join()).toContain(words);
    expect(step.summary).toContain(words);
    expect(shop.count('POST')).toBe(0);
  });
});

describe.concurrent('apply', () => {
  const files = {
    '.github/background-processes.yml':
      'instances:\n  App:\n    - type: custom\n      command: php artisan horizon\n    - type: custom\n      command: php artisan pulse:work\n',
  };

  test('names the one of several that keeps exiting', async () => {
    await using shop = await openLive();
    const other = { type: 'custom', command: 'php artisan pulse:work' } as const;
    shop.emulator.cloud.addProcess(shop.instance, { ...other, life: loops(), created_at: lastYear });
    shop.emulator.cloud.deployed(shop.environment, { agoMs: 300_000 });
    const inputs = { environment: 'main', 'stable-for': '60' };
    const step = await shop.run(inputs, { action: 'apply', files });

    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({ outcome: 'unchanged', stable: 'false' });
    expect(step.errors[0]).toContain('"php artisan pulse:work" on App exited');
    expect(step.errors[0]).not.toContain('horizon');
  });
});

describe.concurrent('list', () => {
  test('tells the status of each process', async () => {
    await using shop = await openLive(loops());
    shop.emulator.cloud.addProcess(shop.instance, { type: 'worker', created_at: lastYear });
    const step = await shop.run({ environment: 'main', 'status-window': '60' }, { action: 'list' });

    expect(step.exitCode).toBe(0);
    const processes = JSON.parse(step.outputs['processes-json'] ?? '');
    expect(processes).toMatchObject([{ status: 'restarting' }, { status: 'up' }]);
    expect(step.summary).toContain('🔁 restarting');
  });

  test.each([
    ['is told with its processes', undefined],
    ['is not told with its processes', { kind: 'edit', on: '/background-processes', edit: withIncluded([]) }],
  ] as const)('finds the log by the id of a cluster, which %s', async (_, fault) => {
    await using shop = await openLive(loops());
    if (fault !== undefined) shop.emulator.faults.add(fault);
    const inputs = { instance: shop.instance.id, 'status-window': '60' };
    const step = await shop.run(inputs, { action: 'list' });

    expect(JSON.parse(step.outputs['processes-json'] ?? '')).toMatchObject([{ status: 'restarting' }]);
  });

  test('is a gate on it', async () => {
    await using shop = await openLive(loops());
    const inputs = { environment: 'main', 'status-window': '300', 'require-status': 'up' };
    const step = await shop.run(inputs, { action: 'list' });

    expect(step.exitCode).toBe(1);
    expect(step.summary).toContain('1 of 1 background process is not up');
    expect(step.outputs['count']).toBe('1');
  });

  test('tells it also where the token may not read deployments', async () => {
    await using shop = await openLive(loops());
    shop.emulator.faults.add({
      kind: 'status',
      status: 403,
      on: '/deployments',
      times: Number.POSITIVE_INFINITY,
    });
    const step = await shop.run({ environment: 'main', 'status-window': '60' }, { action: 'list' });

    expect(step.errors).toEqual([]);
    expect(JSON.parse(step.outputs['processes-json'] ?? '')).toMatchObject([{ status: 'restarting' }]);
  });

  test('lets what is unknown pass only where it is listed', async () => {
    await using shop = await openLive();
    shop.emulator.faults.add({ kind: 'status', status: 403, on: '/logs', times: Number.POSITIVE_INFINITY });
    const inputs = { environment: 'main', 'status-window': '60' };
    const gate = async (statuses: string) =>
      (await shop.run({ ...inputs, 'require-status': statuses }, { action: 'list' })).exitCode;

    expect(await gate('up')).toBe(1);
    expect(await gate('up, unknown')).toBe(0);
  });

  test('needs a window for a gate, and knows its words', async () => {
    await using shop = await openLive();
    const step = await shop.run({ environment: 'main', 'require-status': 'upp' }, { action: 'list' });

    expect(step.errors[0]).toContain('Did you mean "up"?');
    expect(step.errors[0]).toContain('require-status: needs status-window');
    expect(shop.requests()).toEqual([]);
  });
});
