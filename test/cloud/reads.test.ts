import { describe, expect, test } from 'vitest';
import { readFailingStep } from '../../src/cloud/deployments.ts';
import { readEnvironment } from '../../src/cloud/environment.ts';
import { listInstances, readInstance } from '../../src/cloud/instances.ts';
import { listEnvironments } from '../../src/cloud/target.ts';
import type { HttpClient } from '../../src/http/client.ts';
import { failureOf, json, scriptedClient } from '../support/test-client.ts';

test.each<[string, string, (client: HttpClient) => Promise<unknown>]>([
  [
    'Listing the environments of app-1',
    '/applications/app-1/environments?include=branch',
    (client) => listEnvironments(client, 'app-1'),
  ],
  ['Reading environment env-1', '/environments/env-1', (client) => readEnvironment(client, 'env-1')],
  [
    'Listing the clusters of env-1',
    '/environments/env-1/instances',
    (client) =>
      listInstances(client, { id: 'env-1', name: 'env-1' }, { processes: false, environment: false }),
  ],
  [
    'Reading the cluster inst-1',
    '/instances/inst-1?include=environment',
    (client) => readInstance(client, 'inst-1'),
  ],
  [
    'Reading the logs of deployment depl-1',
    '/deployments/depl-1/logs',
    (client) => readFailingStep(client, 'depl-1'),
  ],
])('where Laravel Cloud refuses a request, the failure names it: %s', async (what, address, read) => {
  const { client, clock, transport } = scriptedClient([json(403, { message: 'No.' })]);
  expect(await clock.run(failureOf(read(client)))).toMatchObject({ what, status: 403 });
  expect(transport.asked).toEqual([`GET /api${address}`]);
});

describe('an instance', () => {
  const environment = { id: 'env-1', type: 'environments', attributes: { name: 'production' } };
  const read = async (attributes: unknown, relationships?: unknown, included: unknown[] = []) => {
    const data = { id: 'inst-1', type: 'instances', attributes, relationships };
    const { client, clock } = scriptedClient([json(200, { data, included })]);
    return await clock.run(readInstance(client, 'inst-1'));
  };

  test('is read with its environment', async () => {
    const relationships = { environment: { data: { id: 'env-1' } } };
    const other = { ...environment, id: 'env-2' };
    const attributes = {
      ...{ name: 'Workers', type: 'service', size: 'flex.m-1vcpu-1gb' },
      ...{ min_replicas: '1', max_replicas: 3, sleep_with_app: true },
    };
    expect(await read(attributes, relationships, [null, other, environment])).toMatchObject({
      ...{ id: 'inst-1', name: 'Workers', type: 'service', size: 'flex.m-1vcpu-1gb' },
      ...{ minReplicas: 1, maxReplicas: 3, sleeps: true, environmentId: 'env-1' },
      environment: { id: 'env-1', name: 'production' },
    });
  });

  test.each([
    ['all of it', undefined, undefined],
    ['what is inside', {}, { environment: {} }],
    ['where it is', { sleep_with_app: 'yes' }, { environment: { data: null } }],
  ])('may lack %s', async (_, attributes, relationships) => {
    expect(await read(attributes, relationships, [environment])).toEqual({
      ...{ id: 'inst-1', name: 'inst-1', type: undefined, size: undefined, sleeps: false },
      ...{ minReplicas: undefined, maxReplicas: undefined, environmentId: undefined, environment: undefined },
    });
  });
});
