import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SECRET_VARIABLE } from './cloud-state.ts';
import { seedShop } from './seed.ts';
import { type Emulator, startEmulator } from './server.ts';
import { at, type CallOptions, send, sendChecked } from './test-client.ts';

let emulator: Emulator;
let shop: ReturnType<typeof seedShop>;

beforeEach(async () => {
  emulator = await startEmulator({ now: () => Date.parse('2026-04-04T11:24:42.123Z') });
  shop = seedShop(emulator);
});

afterEach(() => emulator.close());

const call = (method: string, path: string, options?: CallOptions) =>
  sendChecked(emulator, method, path, options);

describe('targets', () => {
  test('names are filtered by a part of them', async () => {
    emulator.cloud.addApplication({ name: 'shop-admin' });
    emulator.cloud.addApplication({ name: 'blog' });
    const reply = await call('GET', '/applications?filter[name]=shop');
    expect(at(reply.body, 'data')).toHaveLength(2);
  });

  test('a slug that is taken gets a number', () => {
    const other = emulator.cloud.addApplication({ name: 'shop' });
    expect([shop.application.slug, other.slug]).toEqual(['shop', 'shop-3']);
  });

  test('environments tell their variables in clear text, and their branch if asked', async () => {
    const path = `/applications/${shop.application.id}/environments?include=branch,instances`;
    const reply = await call('GET', path);
    expect(reply.body).toMatchObject({
      data: [
        {
          attributes: { environment_variables: [{ key: 'APP_KEY', value: SECRET_VARIABLE }] },
          relationships: {
            branch: { data: { type: 'branches', id: expect.stringMatching(/^\d+$/) } },
            instances: { data: [{ id: shop.instance.id }] },
          },
        },
      ],
      included: [{ type: 'branches', attributes: { name: 'main' } }, { type: 'instances' }],
    });
  });

  test('variables can be absent', async () => {
    emulator.cloud.options.environmentVariables = 'absent';
    const reply = await call('GET', `/environments/${shop.environment.id}`);
    expect(at(reply.body, 'data', 'attributes')).not.toHaveProperty('environment_variables');
    expect(reply.text).not.toContain(SECRET_VARIABLE);
  });

  test('what sleeps says so', async () => {
    const preview = emulator.cloud.addEnvironment(shop.application, {
      name: 'pr-7',
      usesHibernation: true,
      hibernationWakeUpInterval: 60,
    });
    emulator.cloud.addInstance(preview, { sleepWithApp: true, minReplicas: 0, maxReplicas: 3 });
    const environment = await call('GET', `/environments/${preview.id}`);
    expect(at(environment.body, 'data', 'attributes')).toMatchObject({
      uses_hibernation: true,
      hibernation_wake_up_interval: 60,
    });
    const instances = await call('GET', `/environments/${preview.id}/instances`);
    expect(at(instances.body, 'data', 0, 'attributes')).toMatchObject({
      sleep_with_app: true,
      min_replicas: 0,
      max_replicas: 3,
      queue_status: null,
      paused: null,
    });
  });

  test('a managed queue has a worker of its own', async () => {
    const queue = emulator.cloud.addManagedQueue(shop.environment, { queue: { paused: true } });
    const path = `/environments/${shop.environment.id}/instances`;
    const reply = await call('GET', `${path}?filter[type]=managed_queue&include=backgroundProcesses`);
    expect(reply.body).toMatchObject({
      data: [{ id: queue.id, attributes: { queue_status: 'available', paused: true, is_default: true } }],
      included: [
        {
          attributes: { type: 'worker', config: { connection: 'cloud', tries: 1, timeout: 60, queue: null } },
        },
      ],
    });
  });

  test('an environment and an instance appear after so many looks', async () => {
    const { application } = shop;
    const preview = emulator.cloud.addEnvironment(application, { name: 'pr-7', appearsAfter: 2 });
    emulator.cloud.addInstance(preview, { appearsAfter: 1 });
    const listings = [];
    for (let look = 0; look < 3; look++) {
      const reply = await call('GET', `/applications/${application.id}/environments`);
      listings.push(at(reply.body, 'meta', 'total'));
    }
    expect(listings).toEqual([1, 1, 2]);
    expect(at((await call('GET', `/environments/${preview.id}/instances`)).body, 'data')).toHaveLength(0);
    expect(at((await call('GET', `/environments/${preview.id}/instances`)).body, 'data')).toHaveLength(1);
  });

  test('every other call honours the contract', async () => {
    for (const path of [
      `/applications/${shop.application.id}?include=organization,environments,defaultEnvironment`,
      '/applications?include=environments',
      `/environments/${shop.environment.id}?include=application,branch,deployments,currentDeployment,primaryDomain,instances`,
      `/environments/${shop.environment.id}/instances?include=environment,backgroundProcesses&filter[type]=app`,
      `/instances/${shop.instance.id}?include=environment,backgroundProcesses`,
      `/environments/${shop.environment.id}/deployments?include=environment,initiator`,
    ]) {
      expect((await call('GET', path)).status, path).toBe(200);
    }
    expect(emulator.requests.flatMap(({ violations }) => violations)).toEqual([]);
  });

  test('the limit is told with every answer, and kept if told so', async () => {
    Object.assign(emulator.cloud.options.rateLimit, { enforced: true, general: 1 });
    const first = await call('GET', '/meta/organization');
    expect([first.headers.get('x-ratelimit-limit'), first.headers.get('x-ratelimit-remaining')]).toEqual([
      '1',
      '0',
    ]);
    expect(first.headers.get('x-ratelimit-reset')).toBeNull();
    const second = await send(emulator, 'GET', '/meta/organization');
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '60']);
  });
});
