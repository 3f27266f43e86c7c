import { afterAll, beforeAll, expect, test } from 'vitest';
import { contractFile } from '../../emulator/contract.ts';
import { type Prism, startPrism } from './prism.ts';

let cloud: Prism;
let forge: Prism;

beforeAll(async () => {
  cloud = await startPrism(contractFile('laravel-cloud'));
  forge = await startPrism(contractFile('laravel-forge'));
});

afterAll(() => Promise.all([cloud?.close(), forge?.close()]));

async function send(prism: Prism, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${prism.url}${path}`, {
    method,
    headers: {
      Accept: 'application/vnd.api+json, application/json',
      Authorization: 'Bearer x',
      'Content-Type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const PROCESSES = '/orgs/acme/servers/12/background-processes';

test.each([
  ['GET', '/meta/organization', undefined, 200],
  ['GET', '/applications?include=environments', undefined, 200],
  ['GET', '/applications/app-1', undefined, 200],
  ['GET', '/applications/app-1/environments?include=branch,instances', undefined, 200],
  ['GET', '/environments/env-1?include=branch', undefined, 200],
  ['GET', '/environments/env-1/instances', undefined, 200],
  ['GET', '/environments/env-1/deployments', undefined, 200],
  ['POST', '/environments/env-1/deployments', undefined, 200],
  ['GET', '/deployments/depl-1', undefined, 200],
  ['GET', '/instances/inst-1', undefined, 200],
  ['GET', '/instances/inst-1/background-processes?include=instance&page=1', undefined, 200],
  ['POST', '/instances/inst-1/background-processes', { type: 'custom', processes: 1, command: 'x' }, 201],
  ['GET', '/background-processes/process-1', undefined, 200],
  ['PATCH', '/background-processes/process-1', { processes: 2 }, 200],
  ['DELETE', '/background-processes/process-1', undefined, 204],
])('Cloud: %s %s has an example that honours its own contract', async (method, path, body, status) => {
  const response = await send(cloud, method, path, body);
  expect([response.status, response.headers.get('sl-violations')]).toEqual([status, null]);
  if (status !== 204) expect(await response.json()).toHaveProperty('data');
});

test.each([
  ['GET', '/orgs/acme/servers?filter[name]=web-1', undefined, 200],
  ['GET', '/orgs/acme/servers/12', undefined, 200],
  ['GET', '/orgs/acme/servers/12/sites', undefined, 200],
  ['GET', `${PROCESSES}?page[size]=30&sort=-user`, undefined, 200],
  ['POST', PROCESSES, { name: 'q', command: 'x', user: 'forge', processes: 1 }, 202],
  ['GET', `${PROCESSES}/31`, undefined, 200],
  ['PUT', `${PROCESSES}/31`, { name: 'q' }, 202],
  ['DELETE', `${PROCESSES}/31`, undefined, 202],
  ['GET', `${PROCESSES}/31/log`, undefined, 200],
  ['POST', `${PROCESSES}/31/actions`, { action: 'restart' }, 202],
])('Forge: %s %s has an example that honours its own contract', async (method, path, body, status) => {
  const response = await send(forge, method, path, body);
  expect([response.status, response.headers.get('sl-violations')]).toEqual([status, null]);
});

test('a request against the contract is refused, and the log says why', async () => {
  const response = await send(cloud, 'POST', '/instances/inst-1/background-processes', {
    type: 'worker',
    processes: 11,
    config: { memory: 1 },
  });
  expect(response.status).toBe(422);
  expect(response.headers.get('sl-violations')).toContain('processes');
  await expect.poll(() => cloud.violations().join('\n')).toContain('request.body.processes');
});
