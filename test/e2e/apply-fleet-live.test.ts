import { describe, expect, test } from 'vitest';
import { loops } from '../emulator/progress.ts';
import { busiest } from '../emulator/recorded-request.ts';
import { environmentsIn, openShop } from './harness/shop.ts';

const two = `
defaults: { instances: { App: [{ type: worker }] } }
environments: { production: {}, staging: {} }
`;
const lastYear = '2025-04-04T11:24:42.000000Z';
const sha = 'c1b2c3d4e5f60718293a4b5c6d7e8f9012345678';

describe.concurrent('wait-for-commit, in a file of many environments', () => {
  const text = `${two.replace('staging: {}', 'staging: {}, eu: {}')}`;
  const onMain = { env: { GITHUB_REF_NAME: 'main' } };

  test('waits for those whose branch was pushed, before anything is written, and not for the others', async () => {
    await using shop = await openShop({ deploymentTakes: 10_000 });
    const [staging, eu] = [shop.addEnvironment('staging', 'develop'), shop.addEnvironment('eu', 'main')];
    const { cloud } = shop;
    cloud.push(shop.environment, { inMs: 5_000, commitHash: sha });
    cloud.push(eu.environment, { inMs: 30_000, commitHash: sha });
    const run = await shop.apply(text, { 'wait-for-commit': sha }, onMain);

    expect(run.errors).toEqual([]);
    expect(run.outputs['created']).toBe('3');
    const first = shop.emulator.requests.find(({ method }) => method === 'POST')?.at ?? 0;
    for (const { finishedAt } of cloud.deployments)
      expect(Date.parse(finishedAt ?? '')).toBeLessThanOrEqual(first);
    expect(run.notices.filter((line) => line.includes('wait-for-commit does not apply'))).toEqual([
      'staging: wait-for-commit does not apply: its branch is develop, not main.',
    ]);
    const reads = shop.emulator.requests.map(({ path }) => path);
    expect(reads).not.toContain(`/api/environments/${staging.environment.id}/deployments`);
  });

  test('and where one of these deployments fails, nothing is written anywhere', async () => {
    await using shop = await openShop();
    const [, eu] = [shop.addEnvironment('staging', 'develop'), shop.addEnvironment('eu', 'main')];
    shop.cloud.push(shop.environment, { commitHash: sha });
    shop.cloud.push(eu.environment, { commitHash: sha, script: ['pending', 'build.failed'] });
    const run = await shop.apply(text, { 'wait-for-commit': sha }, onMain);

    expect(run.errors[0]).toMatch(/eu: .*build.failed/);
    expect(shop.writes()).toEqual([]);
  });
});

test('the looks at the deployments of many environments do not wait for the time of earlier reads', async () => {
  await using shop = await openShop({ deploymentTakes: 5_000 });
  const names = Array.from({ length: 12 }, (_, index) => `preview/${index}`);
  for (const name of names) shop.addEnvironment(name);
  const text = "environments: { 'preview/*': { instances: { App: [{ type: worker }] } } }";
  const run = await shop.apply(text, { redeploy: 'true' });

  expect(run.errors).toEqual([]);
  const { requests } = shop.emulator;
  const looks = requests.filter(({ path }) => path.includes('/deployments/')).map(({ at }) => at);
  expect(looks).toHaveLength(2 * names.length);
  expect((looks.at(-1) ?? 0) - (looks[0] ?? 0)).toBeLessThan(90_000);
});

describe.concurrent('proofs, in a file of many environments', () => {
  test('stable-for names the environment in which a process keeps exiting; the others are done', async () => {
    await using shop = await openShop();
    const { cloud } = shop;
    const staging = shop.addEnvironment('staging');
    for (const [{ environment, instance }, life] of [
      [shop, {}],
      [staging, loops()],
    ] as const) {
      cloud.addProcess(instance, {
        type: 'worker',
        command: 'php artisan queue:work',
        createdAt: lastYear,
        life,
      });
      cloud.deployed(environment);
    }
    const planned = await shop.apply(two, { 'stable-for': '60', 'dry-run': 'true' });
    expect(planned.errors).toEqual([
      expect.stringMatching(/environments failed:\n- staging: .*show-logs: true\.$/),
    ]);
    const run = await shop.apply(two, { 'stable-for': '60' });

    expect(run.errors[0]).toContain('1 of 2 environments failed');
    expect(run.errors[0]).toMatch(/- staging: .*queue:work.* on App exited \d+ times/);
    expect(run.outputs['stable']).toBe('');
    expect(environmentsIn(run)).toMatchObject([
      { environment: 'production', stable: 'true', error: null },
      { environment: 'staging', stable: 'false', error: expect.stringContaining('exited') },
    ]);
  });

  test('stable-for looks back in many logs under their limit, and knows of each', async () => {
    await using shop = await openShop();
    const { cloud } = shop;
    cloud.rateLimits.enforced = true;
    const names = Array.from({ length: 59 }, (_, n) => `preview-${n}`);
    for (const { environment, instance } of [shop, ...names.map((name) => shop.addEnvironment(name))]) {
      cloud.addProcess(instance, { type: 'worker', createdAt: lastYear });
      cloud.deployed(environment, { agoMs: 3_600_000 });
    }
    const text = two.replace('staging: {}', names.map((name) => `${name}: {}`).join(', '));
    const run = await shop.apply(text, { 'stable-for': '60' });

    expect(run.warnings).toEqual([]);
    expect(run.outputs['stable']).toBe('true');
    const looks = shop.emulator.requests.filter(({ path }) => path.endsWith('/logs'));
    expect(looks.length).toBeGreaterThan(90);
    expect(busiest(looks)).toBeLessThanOrEqual(30);
  });

  test('verify-command runs in each, and one that refuses it is named', async () => {
    await using shop = await openShop();
    const staging = shop.addEnvironment('staging');
    for (const { instance } of [shop, staging])
      shop.cloud.addProcess(instance, { type: 'worker', createdAt: lastYear });
    const verify = { 'verify-command': 'php artisan queue:canary' };
    const run = await shop.apply(two, verify);

    expect(run.errors).toEqual([]);
    expect(run.outputs['verified']).toBe('true');
    expect(shop.cloud.commands.map(({ environmentId }) => environmentId).toSorted()).toEqual(
      [shop.environment.id, staging.environment.id].toSorted(),
    );

    shop.faults.add({
      ...{ kind: 'status', status: 422, body: { message: 'Not now.', errors: {} } },
      on: `POST ${staging.environment.id}/commands$`,
    });
    const refused = await shop.apply(two, verify);
    expect(refused.errors[0]).toMatch(/- staging: .*Not now\./);
    expect(environmentsIn(refused)).toMatchObject([{ verified: 'true' }, { verified: 'false' }]);
  });
});

test('a dozen deployments are followed by thirty reads a minute, and the time to wait grows with them', async () => {
  await using shop = await openShop({ deploymentTakes: 25_000 });
  const { cloud } = shop;
  cloud.rateLimits.enforced = true;
  const names = Array.from({ length: 11 }, (_, n) => `preview-${n}`);
  const members = [shop, ...names.map((name) => shop.addEnvironment(name))];
  // Each has to wait for the one that runs, and then for its own: 50 s where there is one environment.
  for (const { environment } of members) cloud.addDeployment(environment);
  const text = two.replace('staging: {}', names.map((name) => `${name}: {}`).join(', '));
  const run = await shop.apply(text, { redeploy: 'true', 'wait-timeout': '60' });

  expect(run.errors).toEqual([]);
  expect(cloud.deployments).toHaveLength(2 * members.length);
  const looks = shop.emulator.requests.filter(({ path }) => /\/deployments\/[^/]+$/.test(path));
  // Each of the two waits may end with one reading more.
  expect(busiest(looks)).toBeLessThanOrEqual(30 + 2 * members.length);
});
