import { describe, expect, test } from 'vitest';
import { succeeds } from '../emulator/progress.ts';
import type { StepRun } from './harness/run-action.ts';
import { environmentsIn, manifestFile, openShop, type Shop } from './harness/shop.ts';
import { onWindows, stopWhen } from './harness/unless-windows.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;
const patient = { 'request-timeout': '600' };

/** A manifest that declares this process in both environments. */
const bothDeclare = (declared: string) => ({
  [manifestFile]: `environments: { production: &a { instances: { App: [${declared}] } }, staging: *a }`,
});

/** It ended by itself, told so once, and began nothing after the signal. */
function expectStopped(step: StepRun, shop: Shop, requests: number): void {
  expect(step.signal).toBeNull();
  expect(step.exitCode).toBe(1);
  expect(step.errors).toHaveLength(1);
  expect(step.errors[0]).toMatch(/^Cancelled while creating or updating the worker on queue default\./);
  expect(shop.emulator.requests).toHaveLength(requests);
}

describe.skipIf(onWindows).concurrent.each(signals)('%s, unless on Windows,', (signal) => {
  test('while a listing hangs ends the step at once', async () => {
    await using shop = await openShop();
    shop.faults.add({ kind: 'hang', on: 'GET' });
    const step = await stopWhen(shop.start(patient), signal, () => shop.count('GET') === 1);

    expectStopped(step, shop, 1);
    expect(step.errors[0]).toMatch(/ Nothing was changed\.$/);
    expect(step.outputs).toEqual({});
  });

  test('while a create request hangs gives it a moment, then says what may exist', async () => {
    await using shop = await openShop();
    shop.faults.add({ kind: 'hang', on: 'POST', acts: true });
    const step = await stopWhen(shop.start(patient), signal, () => shop.count('POST') === 1);

    expectStopped(step, shop, 2);
    expect(step.errors[0]).toContain('Creating the worker on queue default');
    expect(step.errors[0]).toContain('it may have taken effect or not');
  });

  test('while an update hangs says that it is not known whether it took effect', async () => {
    await using shop = await openShop();
    const { id } = shop.cloud.addProcess(shop.instance, { type: 'worker' });
    shop.faults.add({ kind: 'hang', on: 'PATCH' });
    const running = shop.start({ ...patient, processes: '2' });
    const step = await stopWhen(running, signal, () => shop.count('PATCH') === 1);

    expectStopped(step, shop, 2);
    expect(step.errors[0]).toContain(
      `Not known: whether processes: 1 → 2 of ${id} took effect. The next run looks.`,
    );
  });

  test('while a deployment is followed says that it goes on', async () => {
    await using shop = await openShop({ deploymentScript: ['build.running'] });
    const running = shop.start({ environment: shop.environment.id, redeploy: 'true' });
    const step = await stopWhen(running, signal, () => running.output().includes('has started'));

    expect(step.exitCode).toBe(1);
    const [deployment] = shop.cloud.deployments;
    expect(step.errors[0]).toContain(
      `Cancelled while deploying: created, not live yet. Deployment ${deployment?.id} goes on in Laravel Cloud`,
    );
    expect(step.outputs).toMatchObject({ outcome: 'created', 'deployment-id': deployment?.id });
  });

  test('while the environment is read after its deployment says that the change is deployed', async () => {
    await using shop = await openShop({ deploymentScript: ['deployment.succeeded'] });
    shop.faults.add({ kind: 'hang', on: 'GET /environments/[^/]+$' });
    const { id } = shop.environment;
    const running = shop.start({ ...patient, environment: id, redeploy: 'true', 'stable-for': '10' });
    const isRead = () => shop.emulator.requests.at(-1)?.path.endsWith(id) === true;
    const step = await stopWhen(running, signal, isRead);

    expect(step.errors[0]).toMatch(/^Cancelled while reading the environment after the deployment/);
    expect(step.summary).toContain('Created and deployed');
    expect(step.summary).not.toContain('not live yet');
  });

  test('while the request for a deployment hangs says that one may have started', async () => {
    await using shop = await openShop();
    shop.faults.add({ kind: 'hang', on: 'POST /deployments$', acts: true });
    const running = shop.start({ ...patient, environment: shop.environment.id, redeploy: 'true' });
    const step = await stopWhen(running, signal, () => shop.count('POST') === 2);

    expect(step.errors[0]).toContain('Cancelled while deploying: created, not live yet. ');
    expect(step.errors[0]).toContain('look there whether one has started');
  });

  test('while a deployment of somebody else is followed for a proof says that', async () => {
    await using shop = await openShop();
    const { cloud } = shop;
    cloud.addProcess(shop.instance, { type: 'worker', createdAt: '2025-04-04T11:24:42.000000Z' });
    const { id } = cloud.addDeployment(shop.environment, { script: ['build.running'] });
    const running = shop.start({ environment: shop.environment.id, 'stable-for': '60' });
    const step = await stopWhen(running, signal, () => running.output().includes('is running'));

    expect(step.errors).toEqual([`Cancelled while waiting for deployment ${id}. Nothing was changed.`]);
    expect(step.outputs['stable']).toBe('skipped');
  });

  test('while one of several environments waits for a commit says that', async () => {
    await using shop = await openShop();
    shop.addEnvironment('staging');
    const running = shop.start(
      { 'wait-for-commit': 'c0ffee0123' },
      { action: 'apply', files: bothDeclare('{ type: worker }'), env: { GITHUB_REF_NAME: 'main' } },
    );
    const step = await stopWhen(running, signal, () => running.output().includes('not there'));

    expect(step.errors).toEqual([
      'Cancelled while waiting for the deployment of the commit. Nothing was changed.',
    ]);
  });

  test('while several environments run the verify command says that of each', async () => {
    await using shop = await openShop({ commandOutcome: { ...succeeds(), statuses: ['command.running'] } });
    for (const { instance } of [shop, shop.addEnvironment('staging')])
      shop.cloud.addProcess(instance, { type: 'worker' });
    const running = shop.start(
      { 'verify-command': 'php artisan about' },
      { action: 'apply', files: bothDeclare('{ type: worker }') },
    );
    const step = await stopWhen(running, signal, () => shop.count('POST') === 2);

    const error = `Cancelled while running the verify command: the step was cancelled (${signal}).`;
    expect(environmentsIn(step)).toMatchObject([{ error }, { error }]);
  });

  test('while one of several environments deploys says which others have failed before', async () => {
    await using shop = await openShop({ deploymentScript: ['build.running'] });
    const { cloud, faults } = shop;
    const staging = shop.addEnvironment('staging');
    for (const { environment, instance } of [shop, staging]) {
      cloud.addDeployment(environment, { script: ['build.failed'], startedAt: '2025-01-01T00:00:00Z' });
      cloud.addProcess(instance, { type: 'worker' });
    }
    const refusal = faults.add({
      kind: 'status',
      status: 402,
      on: `POST ${staging.environment.id}/deployments`,
    });
    const running = shop.start(
      { redeploy: 'true' },
      { action: 'apply', files: bothDeclare('{ type: worker }') },
    );
    const step = await stopWhen(
      running,
      signal,
      () => refusal.struck > 0 && running.output().includes('has started'),
    );

    const goesOn = `production: Deployment ${cloud.deployments.at(-1)?.id} goes on in Laravel Cloud: look there how it ends.`;
    expect(step.errors).toEqual([expect.stringContaining(`Cancelled while deploying. ${goesOn}\nstaging: `)]);
    expect(step.errors[0]).toContain('402');
  });

  test.each([
    [
      'after changes',
      '{ type: worker }',
      `Cancelled while applying ${manifestFile}: "shop", 2 of 2 changes made.\nDone: 2 created.\n`,
    ],
    ['without a change', '{ type: custom, command: php a }', 'Cancelled while deploying. '],
  ])(
    'while deployments of several environments are followed, %s, says which go on',
    async (_, declared, begins) => {
      await using shop = await openShop({ deploymentScript: ['build.running'] });
      const both = [shop, shop.addEnvironment('staging')];
      for (const { environment, instance } of both) {
        shop.cloud.addDeployment(environment, {
          script: ['build.failed'],
          startedAt: '2025-01-01T00:00:00Z',
        });
        shop.cloud.addProcess(instance, { type: 'custom', command: 'php a' });
      }
      const running = shop.start({ redeploy: 'true' }, { action: 'apply', files: bothDeclare(declared) });
      const haveStarted = () => running.output().split('has started').length > 2;
      const step = await stopWhen(running, signal, haveStarted);

      const goesOn = both.map(({ environment: { id, name } }) => {
        const deployment = shop.cloud.deployments.findLast(({ environmentId }) => environmentId === id);
        return `${name}: Deployment ${deployment?.id} goes on in Laravel Cloud: look there how it ends.`;
      });
      expect(step.errors).toEqual([`${begins}${goesOn.join('\n')}`]);
      expect(step.summary).not.toContain('then failed');
      expect(environmentsIn(step)).toMatchObject(
        both.map(() => ({ error: expect.stringContaining('goes on in Laravel Cloud') })),
      );
    },
  );
});
