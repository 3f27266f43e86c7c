import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { seedShop } from './seed.ts';
import { type Emulator, startEmulator } from './server.ts';
import { at, type CallOptions, sendChecked } from './test-client.ts';

let emulator: Emulator;
let shop: ReturnType<typeof seedShop>;

beforeEach(async () => {
  emulator = await startEmulator({ now: () => Date.parse('2026-04-04T11:24:42.123Z') });
  shop = seedShop(emulator);
});

afterEach(() => emulator.close());

const call = (method: string, path: string, options?: CallOptions) =>
  sendChecked(emulator, method, path, options);

describe('deployments', () => {
  const deploymentsPath = () => `/environments/${shop.environment.id}/deployments`;

  test('one goes through its states, a look at a time', async () => {
    const started = await call('POST', deploymentsPath());
    const seen = [at(started.body, 'data', 'attributes', 'status')];
    const environment = await call('GET', `/environments/${shop.environment.id}`);
    for (let look = 0; look < 4; look++) {
      const reply = await call('GET', `/deployments/${at(started.body, 'data', 'id')}`);
      seen.push(at(reply.body, 'data', 'attributes', 'status'));
    }
    expect(started.status).toBe(201);
    expect(at(environment.body, 'data', 'attributes', 'status')).toBe('deploying');
    expect(seen).toEqual(emulator.cloud.options.deploymentScript);
    expect(emulator.cloud.runningDeployment(shop.environment)).toBeUndefined();
  });

  test('one that fails says why', async () => {
    emulator.cloud.options.deploymentStatus = 200;
    const staging = emulator.cloud.addEnvironment(shop.application, {
      name: 'staging',
      deploymentScript: ['pending', 'build.failed'],
      failureReason: 'composer install failed',
    });
    const started = await call('POST', `/environments/${staging.id}/deployments`);
    expect([started.status, at(started.body, 'data', 'attributes', 'failure_reason')]).toEqual([200, null]);
    const ended = await call('GET', `/deployments/${at(started.body, 'data', 'id')}`);
    expect(at(ended.body, 'data', 'attributes')).toMatchObject({
      status: 'build.failed',
      failure_reason: 'composer install failed',
      finished_at: expect.any(String),
    });
  });

  test.each([422, 409] as const)('a second one while one runs is a %i', async (status) => {
    emulator.cloud.options.deploymentConflict = status;
    emulator.cloud.addDeployment(shop.environment, { script: ['build.running', 'deployment.running'] });
    expect((await call('POST', deploymentsPath())).status).toBe(status);
  });

  test('what runs is what the last successful deployment carried', async () => {
    emulator.cloud.options.deploymentScript = ['pending', 'deployment.succeeded'];
    emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'before' });
    await call('POST', deploymentsPath());
    emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'while' });
    expect(emulator.cloud.listRunning(shop.instance)).toEqual([]);
    await call('GET', deploymentsPath());
    expect(emulator.cloud.listRunning(shop.instance).map(({ command }) => command)).toEqual(['before']);
  });
});
