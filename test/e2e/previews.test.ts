import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { environmentsIn, openShop } from './harness/shop.ts';
import { unlessWindows } from './harness/unless-windows.ts';

describe.concurrent('a preview', () => {
  test('that took minutes to appear gets one process, though the answer to its create is lost', async () => {
    await using shop = await openShop();
    const { cloud, faults, time } = shop.emulator;
    const appear = () => {
      const environment = cloud.addEnvironment(shop.application, { name: 'pr-7', branch: 'b' });
      return cloud.addInstance(environment);
    };
    const appeared = new Promise<ReturnType<typeof appear>>((resolve) =>
      time.later(180_000, () => resolve(appear())),
    );
    faults.add({ kind: 'late', ms: 5_000, on: 'POST', times: Number.POSITIVE_INFINITY });
    const step = await shop.run({ environment: 'b', 'wait-for-environment': '600' });

    expect(step.outputs['outcome']).toBe('created');
    expect(shop.count('POST')).toBe(1);
    expect(cloud.listProcesses(await appeared)).toHaveLength(1);
  });

  test('whose deployment fails before its cluster appears is deployed, though it has the process as a copy', async () => {
    await using shop = await openShop({ deploymentTakes: 20_000 });
    const { cloud } = shop;
    const environment = cloud.addEnvironment(shop.application, { name: 'pr-7', branch: 'b' });
    cloud.addProcess(cloud.addInstance(environment, { hiddenFor: 8 }), { type: 'worker' });
    const { id } = cloud.addDeployment(environment, { script: ['build.running', 'build.failed'] });
    const step = await shop.run({ environment: 'b', 'wait-for-environment': '600', redeploy: 'true' });

    expect(step.errors).toEqual([]);
    expect(step.log).toContain(`The newest deployment, ${id}, ended as build.failed: deploying`);
    expect(step.outputs).toMatchObject({
      outcome: 'unchanged',
      'deployment-id': cloud.deployments.at(-1)?.id,
    });
  });
});

describe.concurrent('a wait', () => {
  unlessWindows.each(['SIGINT', 'SIGTERM'] as const)(
    'that is cancelled by %s ends without another look and says so',
    async (signal) => {
      await using shop = await openShop();
      const running = shop.start({ environment: 'feature', 'wait-for-environment': '600' });
      // Right behind the answer, so at the beginning of the pause after it.
      const call = () => void setImmediate(() => running.child.kill(signal));
      shop.faults.add({ kind: 'call', on: 'GET /environments', call });
      const step = await running.done;

      expect(shop.requests()).toEqual(['GET /applications', 'GET /applications/{id}/environments']);
      expect(step.signal).toBeNull();
      expect(step.exitCode).not.toBe(0);
      expect(step.errors).toEqual([
        'Cancelled while waiting for the environment "feature". Nothing was changed.',
      ]);
    },
  );

  unlessWindows('that gets both signals, as from the runner, says so once', async () => {
    await using shop = await openShop();
    const running = shop.start({ environment: 'feature', 'wait-for-environment': '600' });
    await expect.poll(running.output, { timeout: 20_000 }).toContain('not there yet');
    running.child.kill('SIGINT');
    await sleep(5);
    running.child.kill('SIGTERM');
    const step = await running.done;

    expect(step.errors).toHaveLength(1);
    expect(step.summary).toContain('Cancelled while waiting');
  });
});

describe.concurrent('a preview of a pattern that goes while the file is applied', () => {
  const text = `
defaults: { instances: { App: [{ type: worker }] } }
environments: { production: {}, 'pr-*': {} }
`;

  test.each(['POST /background-processes$', 'POST /deployments$'])(
    'is left out, and fails nothing: at %s',
    async (on) => {
      await using shop = await openShop();
      const { cloud, faults } = shop;
      const preview = shop.addEnvironment('pr-7');
      faults.add({
        kind: 'call',
        on,
        times: Number.POSITIVE_INFINITY,
        call: ({ path }) => {
          if ([preview.instance.id, preview.environment.id].some((id) => path.includes(id)))
            cloud.removeEnvironment(preview.environment);
        },
      });
      const step = await shop.apply(text, { redeploy: 'true' });

      expect(step.errors).toEqual([]);
      expect(step.notices).toContain('pr-7 is left out: it has been deleted meanwhile.');
      expect(environmentsIn(step)).toMatchObject([{ environment: 'production', outcome: 'changed' }]);
      expect(step.outputs).toMatchObject({ outcome: 'changed', created: '1' });
      expect(step.summary).toContain('· deployed</h3>');
    },
  );
});
